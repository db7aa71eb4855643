//! 刚性支出困难家庭: who is recognised now, and until when; apart from every other circle, as the rule asks.

use super::{PAGE, after, more};
use crate::recognition::standing;
use crate::rules::rigid::SCHEME;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let households = records::recipients(SCHEME, context.today, after(request), PAGE as u32)?;
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::number("家庭人口"),
        ColumnHead::number("全年收入"),
        ColumnHead::number("刚性支出"),
        ColumnHead::number("占收入"),
        ColumnHead::new("认定日期"),
        ColumnHead::new("有效期至"),
    ])
    .empty("没有在有效期内的刚性支出困难家庭。");
    for household in &households {
        let Some(decision) = standing(*household, context.today)? else { continue };
        let figure = |code: &str| decision.figure(code).unwrap_or(0);
        table = table.linked_row(
            Link::Household { household: *household },
            [
                Cell::household(*household),
                Cell::number(figure("members")),
                Cell::money(figure("income")),
                Cell::money(figure("rigid")),
                Cell::ratio(figure("ratio")),
                Cell::date(decision.begins),
                decision.ends.map_or(Cell::Empty, Cell::due),
            ],
        );
    }
    let next = households
        .last()
        .filter(|_| households.len() == PAGE)
        .map(|last| Link::page("recognised").with("after", last.0));
    Ok(more(Page::new("刚性支出困难家庭").table(table), next))
}
