//! The documentation of a handler, drawn from its own types: what it takes and gives back cannot differ from what is written
//! about it, because it is the same.

use super::problem::Answer;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::{RefOr, Response, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What is known of one handler.
#[derive(Clone, Default)]
pub struct Described {
    /// Names in the braces of its address, in order.
    pub path_names: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<RequestBody>,
    pub success: Option<(u16, Response)>,
    /// Statuses of its refusals.
    pub statuses: BTreeSet<u16>,
    pub schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Described {
    pub fn parameter(&mut self, parameter: Parameter) {
        self.parameters.push(parameter);
    }

    pub fn status(&mut self, status: u16) {
        self.statuses.insert(status);
    }

    pub fn success(&mut self, status: u16, response: Response) {
        self.success = Some((status, response));
    }

    /// Takes in the schema of a type and all it is made of; a reference to it.
    pub fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut below = Vec::new();
        T::schemas(&mut below);
        self.schemas.extend(below);
        let name = T::name().into_owned();
        self.schemas.insert(name.clone(), <T as PartialSchema>::schema());
        super::shape::reference(&name)
    }
}

/// An argument of a handler.
pub trait Input {
    fn describe(doc: &mut Described);
}

/// What a handler gives back.
pub trait Output {
    fn describe(doc: &mut Described);
}

/// A handler.
pub trait Operation<Arguments> {
    fn describe(&self, doc: &mut Described);
}

macro_rules! operations {
    ($($($argument:ident)*;)+) => { $(
        impl<F, Fut, R, $($argument),*> Operation<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Fut,
            Fut: Future<Output = Answer<R>>,
            R: Output,
            $($argument: Input),*
        {
            fn describe(&self, doc: &mut Described) {
                $( $argument::describe(doc); )*
                R::describe(doc);
            }
        }
    )+ };
}

operations! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
}

/// A handler at an address.
pub fn describe<Arguments>(handler: impl Operation<Arguments>, path: &str) -> Described {
    let path_names =
        path.split('/').filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned())).collect();
    let mut doc = Described { path_names, ..Described::default() };
    handler.describe(&mut doc);
    doc
}
