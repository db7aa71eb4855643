//! Where a chain of events ends. A measure reacts to an event and publishes another, to which a second one reacts, and so on: a
//! drawing carries itself through a county that way. Two measures that wake each other do it for ever, and one that answers each
//! event with a thousand does it by storm. Both are stopped by a rule that looks at the chain alone: how long it is, and how many
//! events its first one has led to. What is beyond is not carried out and not tried again; it lies among the jobs that were given
//! up, with the reason.

use super::Ended;
use doudi_domain::Error;
use doudi_domain::event::Event;
use doudi_storage::Snapshot;

/// Is this event still to be delivered, and to be reacted to?
pub(super) async fn goes_on(snapshot: &mut Snapshot, event: &Event) -> Result<(), Ended> {
    let beyond = |what: String| {
        Ended::Hopeless(Error::refused(format!(
            "事件“{}”由事件连环触发而来，{what}，已停止分发。多半是几项措施互相触发，请先停用或升级有关措施",
            event.topic
        )))
    };
    if event.depth > Event::DEEPEST {
        return Err(beyond(format!("已连环 {} 层，超过上限 {} 层", event.depth, Event::DEEPEST)));
    }
    // An event that began a chain is not a consequence of anything.
    if event.depth > 0 {
        let led_to = snapshot.events_of_root(event.root).await?;
        if led_to > Event::WIDEST {
            let root = event.root;
            return Err(beyond(format!("由事件 {root} 引起的事件已有 {led_to} 个，超过上限 {} 个", Event::WIDEST)));
        }
    }
    Ok(())
}
