//! The one way in: permit, store with the reads, instance, call, and an outcome with a name. A fresh store and instance for
//! each call; whatever ends it (an answer, a refusal, a trap, a timeout, a dropped request) gives everything back.

use crate::bindings::doudi::types::types as wit;
use crate::context::{CallContext, Called, Recording};
use crate::discretion;
use crate::error::{CallError, Cause};
use crate::host::PluginHost;
use crate::observe::{Spent, Watch};
use crate::plugin::Plugin;
use crate::points::Point;
use crate::reads::Reads;
use crate::record::{CallRecord, Difference, Replay, first_difference, input_hash};
use crate::state::{HostState, Source, Stop};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline};

/// What crosses at one extension point: the context and the input, exactly as the guest sees them.
pub(crate) trait PointCall: Serialize + DeserializeOwned + Send + Sync + 'static {
    const POINT: Point;
    type Answer: Serialize + Send + 'static;

    /// Finds the function in the instance and calls it.
    fn invoke(
        &self,
        plugin: &Plugin,
        store: &mut Store<HostState>,
        instance: &Instance,
    ) -> impl Future<Output = wasmtime::Result<Result<Self::Answer, wit::Error>>> + Send;
}

/// The guest's raw answer, and what the call left behind.
struct Finished<A> {
    answer: Result<A, wit::Error>,
    state: HostState,
    spent: Duration,
}

/// Replays may take longer than the original: they run beside the day's work.
const REPLAY_PATIENCE: u32 = 10;

/// Bytes of each text of a refusal, and problems in it, that are handed on.
const REFUSAL_TEXT: usize = 4 * 1024;
const REFUSAL_PROBLEMS: usize = 200;

impl PluginHost {
    /// Calls a plugin with live reads and checks the answer with `accept`, which turns it into what the caller wants.
    pub(crate) async fn call<P: PointCall, T: Send>(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        request: P,
        accept: impl FnOnce(P::Answer, &mut HostState) -> Result<T, Cause> + Send,
    ) -> Result<Called<T>, CallError> {
        let failed = |cause| CallError::failed(plugin, P::POINT, cause);
        let mut watch = Watch::new(self.config().observer.as_deref(), plugin, context, P::POINT);
        if !plugin.offers(P::POINT) {
            watch.ended(Cause::NotOffered.code());
            return Err(failed(Cause::NotOffered));
        }
        if let Err(resting) = self.quarantine().check(plugin.digest(), context.county) {
            watch.ended(resting.code());
            return Err(failed(resting));
        }
        let request = Arc::new(request);
        // Whoever calls a plugin need not carry the whole machine in the type of her future: every use case would, and the compiler
        // would walk through it for each.
        let admitted = self.call_admitted(plugin, context, reads, &request, accept, &mut watch.spent);
        let admitted: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(admitted);
        let outcome = admitted.await;
        let strike = matches!(&outcome, Err(cause) if cause.is_strike());
        let neutral = matches!(&outcome, Err(Cause::Busy | Cause::Reads(_)));
        if !neutral && self.quarantine().note(plugin.digest(), context.county, strike) {
            tracing::warn!(
                plugin = plugin.id(), version = %plugin.version(), county = context.county.0,
                "a plugin failed too often in a county and rests"
            );
        }
        if watch.spent.masked > 0 {
            tracing::warn!(
                plugin = plugin.id(), version = %plugin.version(), county = context.county.0, point = P::POINT.code(),
                masked = watch.spent.masked, "numbers of people were masked in what a plugin returned"
            );
        }
        match outcome {
            Ok(Ok(called)) => {
                watch.ended("ok");
                Ok(called)
            }
            Ok(Err(error)) => {
                let error = refusal(plugin, P::POINT, error);
                watch.ended(error.code());
                Err(error)
            }
            Err(cause) => {
                watch.ended(cause.code());
                tracing::warn!(
                    plugin = plugin.id(), version = %plugin.version(), digest = plugin.digest(),
                    county = context.county.0, point = P::POINT.code(), cause = ?cause, "a plugin call failed"
                );
                Err(failed(cause))
            }
        }
    }

    async fn call_admitted<P: PointCall, T>(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        request: &Arc<P>,
        accept: impl FnOnce(P::Answer, &mut HostState) -> Result<T, Cause>,
        spent: &mut Spent,
    ) -> Result<Result<Called<T>, wit::Error>, Cause> {
        // Before anything is instantiated, so that a waiting call costs nothing. A question within a call travels on the
        // permit of the call that asks, or two askers could wait for each other.
        let began = Instant::now();
        let permit = match context.depth {
            0 => Some(self.permits().acquire(context.county, plugin.digest(), plugin.manifest().class).await),
            _ => None,
        };
        spent.queued = began.elapsed();
        let _permit = permit.map(|permit| permit.ok_or(Cause::Busy)).transpose()?;
        let limits = plugin.limits(&self.config().rust, &self.config().script).clone();
        let state = HostState::new(
            plugin.clone(),
            plugin.effective(&context.grants),
            limits.clone(),
            Source::Live(reads),
            context.depth,
            context.recording,
            limits.time(P::POINT),
        );
        let wall = limits.time(P::POINT) * limits.wall_factor;
        let mut finished = self.run(plugin, request, state, wall, spent).await?;
        let recorded = match context.recording {
            Recording::Off => None,
            Recording::On => Some((to_value(request.as_ref())?, to_value(&finished.answer)?)),
        };
        let answer = match finished.answer {
            Ok(answer) => answer,
            Err(error) => {
                let texts = |problem: &wit::Problem| problem.field.len() + problem.code.len() + problem.message.len();
                let bytes = error.message.len() + error.problems.iter().map(texts).sum::<usize>();
                if bytes > finished.state.limits.output {
                    let limit = finished.state.limits.output;
                    return Err(Cause::TooMuch {
                        message: format!("拒绝的理由有 {bytes} 字节，上限为 {limit} 字节")
                    });
                }
                return Ok(Err(error));
            }
        };
        let accepted = accept(answer, &mut finished.state);
        finished.state.account(spent);
        spent.guest = finished.spent;
        let value = accepted?;
        let log = finished.state.log;
        if log.lines_dropped > 0 {
            tracing::debug!(plugin = plugin.id(), dropped = log.lines_dropped, "log lines of a plugin were dropped");
        }
        let (request, result) = recorded.unwrap_or((Value::Null, Value::Null));
        let record = CallRecord {
            plugin: plugin.id().to_owned(),
            version: plugin.version().to_string(),
            digest: plugin.digest().to_owned(),
            point: P::POINT,
            input_hash: match context.recording {
                Recording::Off => String::new(),
                Recording::On => input_hash(P::POINT, &request, &log.reads),
            },
            request,
            reads: log.reads,
            result,
            parameters: log.parameters.into_iter().collect(),
        };
        Ok(Ok(Called {
            value,
            record,
            denials: log.denials.into_iter().collect(),
            logs: log.lines,
            spent: finished.spent,
            instructions: spent.instructions,
        }))
    }

    /// Runs a recorded call again on its recorded reads and compares every byte. Applies nothing and asks for no grants:
    /// what was read then is what is read now.
    pub(crate) async fn replay_point<P: PointCall>(
        &self,
        plugin: &Arc<Plugin>,
        record: &CallRecord,
    ) -> Result<Replay, CallError> {
        let failed = |cause| CallError::failed(plugin, P::POINT, cause);
        let unreadable = |error: serde_json::Error| {
            failed(Cause::BadOutput { message: format!("调用记录无法读取（{error}）") })
        };
        let request: Arc<P> = Arc::new(serde_json::from_value(record.request.clone()).map_err(unreadable)?);
        let limits = plugin.limits(&self.config().rust, &self.config().script).clone();
        let time = limits.time(P::POINT) * REPLAY_PATIENCE;
        let reads: VecDeque<_> = record.reads.iter().cloned().collect();
        let expected = reads.len();
        let state = HostState::new(
            plugin.clone(),
            plugin.effective(&crate::Grants::none()),
            limits,
            Source::Replay { left: reads, served: 0 },
            0,
            Recording::Off,
            time,
        );
        let outcome = self.run_noting_divergence(plugin, &request, state, time, &mut Spent::default()).await;
        let finished = match outcome {
            Ok(finished) => finished,
            Err((_, Some(difference))) => return Ok(Replay::Differs(difference)),
            Err((cause, None)) => return Err(failed(cause)),
        };
        if let Source::Replay { left, .. } = &finished.state.source
            && let Some(unread) = left.front()
        {
            return Ok(Replay::Differs(Difference::Read {
                number: expected - left.len() + 1,
                recorded: Some(format!("{} {}", unread.call, crate::record::short(&unread.request))),
                asked: None,
            }));
        }
        let now = to_value(&finished.answer).map_err(failed)?;
        Ok(match first_difference(&record.result, &now) {
            None => Replay::Same,
            Some(difference) => Replay::Differs(difference),
        })
    }

    async fn run<P: PointCall>(
        &self,
        plugin: &Arc<Plugin>,
        request: &Arc<P>,
        state: HostState,
        wall: Duration,
        spent: &mut Spent,
    ) -> Result<Finished<P::Answer>, Cause> {
        self.run_noting_divergence(plugin, request, state, wall, spent).await.map_err(|(cause, _)| cause)
    }

    /// Where guests compute; an answer within a call stays on the thread of the call that asks.
    async fn run_noting_divergence<P: PointCall>(
        &self,
        plugin: &Arc<Plugin>,
        request: &Arc<P>,
        state: HostState,
        wall: Duration,
        account: &mut Spent,
    ) -> Result<Finished<P::Answer>, (Cause, Option<Difference>)> {
        let within = state.depth > 0;
        let (host, plugin, request) = (self.clone(), plugin.clone(), request.clone());
        let call = async move {
            let mut spent = Spent::default();
            let outcome = host.run_here(&plugin, request.as_ref(), state, wall, &mut spent).await;
            (outcome, spent)
        };
        let (outcome, spent) = if within { call.await } else { self.threads().run(call).await };
        let queued = account.queued;
        *account = Spent { queued, ..spent };
        outcome
    }

    async fn run_here<P: PointCall>(
        &self,
        plugin: &Plugin,
        request: &P,
        state: HostState,
        wall: Duration,
        account: &mut Spent,
    ) -> Result<Finished<P::Answer>, (Cause, Option<Difference>)> {
        let limit = state.clock.limit;
        let mut store = self.store(state);
        let outcome = tokio::time::timeout(wall, async {
            let instance = match plugin.pre.instantiate_async(&mut store).await {
                Ok(instance) => instance,
                Err(error) => return Err((true, error)),
            };
            store.data_mut().clock.restart();
            request.invoke(plugin, &mut store, &instance).await.map_err(|error| (false, error))
        })
        .await;
        let spent = store.data().clock.spent();
        let counted = store.get_fuel().ok().map(|left| store.data().limits.instructions.saturating_sub(left));
        // The store ends here, whatever happened: no second call ever enters it.
        let mut state = store.into_data();
        state.account(account);
        account.instructions = counted;
        match outcome {
            Ok(Ok(answer)) => Ok(Finished { answer, state, spent }),
            Ok(Err((starting, error))) => {
                let divergence = state.log.divergence.clone();
                let cause = match state.cause(error) {
                    Cause::Trapped { detail, .. } if starting => Cause::NotStarted { detail },
                    cause => cause,
                };
                Err((cause, divergence))
            }
            Err(_) => Err((Cause::OutOfTime { limit }, None)),
        }
    }

    /// A store with all limits on. The epoch callback gives the executor a turn at every tick and stops the guest when its
    /// own time is over; the timeout around the call covers what epochs cannot see.
    pub(crate) fn store(&self, state: HostState) -> Store<HostState> {
        let (transfer, instructions) = (state.limits.transfer, state.limits.instructions);
        let mut store = Store::new(self.engine().wasmtime(), state);
        if self.config().count_instructions {
            store.set_fuel(instructions).expect("the engine counts");
        }
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(transfer);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|context| {
            if context.data().clock.is_over() {
                return Err(Stop::OutOfTime.into());
            }
            Ok(UpdateDeadline::Yield(1))
        });
        store
    }
}

fn to_value(value: &impl Serialize) -> Result<Value, Cause> {
    serde_json::to_value(value).map_err(|error| Cause::BadOutput { message: format!("无法记录：{error}") })
}

/// A guest's own error, by its code. Unknown codes count as `internal`.
fn refusal(plugin: &Plugin, point: Point, error: wit::Error) -> CallError {
    let message = first(error.message);
    match error.code.as_str() {
        "refused" | "invalid" | "not-found" => CallError::Refused {
            code: error.code,
            message,
            problems: error.problems.into_iter().take(REFUSAL_PROBLEMS).map(short_problem).collect(),
        },
        _ => CallError::failed(plugin, point, Cause::Reported { code: error.code, message }),
    }
}

fn short_problem(problem: wit::Problem) -> doudi_domain::Problem {
    doudi_domain::Problem::new(first(problem.field), first(problem.code), first(problem.message))
}

/// What is shown of a guest's words, without any number of a person.
fn first(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(REFUSAL_TEXT));
    discretion::sentence(text)
}
