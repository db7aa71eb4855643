//! `questions`: asking other measures without knowing them. The kernel calls every enabled plugin of the county that answers
//! the topic, in the same snapshot; the server does the fan-out ([`crate::Reads::ask`]), the host guards topic and depth.

use super::answered;
use crate::bindings::doudi::kernel::questions::{Answer, Block, Date, Error, Host};
use crate::capability::Allowance;
use crate::convert;
use crate::state::{HostState, ReadError};

/// A question may lead to a question, and that to one more.
pub(crate) const DEPTH: u8 = 3;

impl Host for HostState {
    async fn ask(&mut self, topic: String, on: Date, block: Block) -> wasmtime::Result<Result<Vec<Answer>, Error>> {
        answered!(self, "questions.ask", (&topic, on, &block), self.read_answers(&topic, on, block.clone()))
    }
}

impl HostState {
    async fn read_answers(&mut self, topic: &str, on: Date, block: Block) -> Result<Vec<Answer>, ReadError> {
        match self.effective.topic(topic) {
            Allowance::Granted => drop(self.log.used.insert(format!("ask:{topic}"))),
            Allowance::Undeclared => return Err(ReadError::unknown(format!("清单没有申报问题“{topic}”"))),
            Allowance::Ungranted => {
                let word = format!("ask:{topic}");
                let message = format!("本县区没有授权“{word}”");
                self.log.denials.insert(word);
                return Err(ReadError::Guest(convert::guest_error("denied", message)));
            }
        }
        if self.depth >= DEPTH {
            return Err(ReadError::limit(format!("问题最多连环 {DEPTH} 层")));
        }
        let on = convert::date(on).ok_or_else(|| ReadError::invalid("日期无效"))?;
        let block = convert::block_from_guest(block).map_err(ReadError::invalid)?;
        let depth = self.depth + 1;
        let answers = self.live().ask(topic, on, block, depth).await?;
        let rows = answers.iter().map(|(_, block)| block.rows() as usize).sum();
        self.count_rows(rows)?;
        Ok(answers.into_iter().map(|(plugin, block)| Answer { plugin, block: convert::block(block) }).collect())
    }
}
