//! The figures for Prometheus: their names, their labels, their buckets. The only file that knows the `metrics` crates. A
//! recorder of its own for each [`super::Watch`], so that two servers in one process do not count each other's work.

use doudi_domain::County;
use doudi_plugin_host::{Observation, Point};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::fmt;
use std::time::Duration;

/// Seconds: from a page to a step of due work.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 50.0];
const MIB: f64 = 1024.0 * 1024.0;
/// Bytes of linear memory.
const BYTES: &[f64] =
    &[MIB, 2.0 * MIB, 4.0 * MIB, 8.0 * MIB, 16.0 * MIB, 32.0 * MIB, 64.0 * MIB, 128.0 * MIB, 256.0 * MIB];

/// Digits of a digest that are enough to tell releases apart.
const DIGEST: usize = 12;

pub(super) struct Figures {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Default for Figures {
    fn default() -> Figures {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_bytes".into()), BYTES))
            .expect("the buckets are not empty")
            .build_recorder();
        let figures = Figures { handle: recorder.handle(), recorder };
        figures.describe();
        figures
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

impl Figures {
    fn describe(&self) {
        with_local_recorder(&self.recorder, || {
            describe_counter!("doudi_plugin_calls_total", "Calls into plugins by how they ended");
            describe_counter!("doudi_plugin_denials_total", "Capabilities a plugin was denied, one each a call");
            describe_counter!("doudi_plugin_masked_total", "Numbers of people masked in what plugins returned");
            describe_counter!("doudi_plugin_conflicts_total", "Calls whose basis changed before they were applied");
            describe_histogram!(
                "doudi_plugin_guest_seconds",
                "Time computing in the guest, without the kernel's reads"
            );
            describe_histogram!("doudi_plugin_queue_seconds", "Waiting for a permit");
            describe_histogram!("doudi_plugin_memory_bytes", "Largest linear memory of a call");
            describe_gauge!("doudi_plugin_resting", "1 while a plugin rests in a county after repeated failures");
            describe_counter!("doudi_jobs_total", "Jobs carried out by how they ended");
            describe_counter!("doudi_http_requests_total", "Requests by route pattern and status");
            describe_histogram!("doudi_http_request_seconds", "Time to answer, by route pattern");
            describe_gauge!("doudi_build_info", "1; the version is a label");
            gauge!("doudi_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        });
    }

    pub fn call(&self, call: &Observation<'_>) {
        let labels = [
            ("county", call.county.to_string()),
            ("plugin", call.plugin.to_owned()),
            ("digest", short(call.digest)),
            ("point", call.point.code().to_owned()),
        ];
        with_local_recorder(&self.recorder, || {
            let mut ended = labels.to_vec();
            ended.push(("outcome", call.outcome.to_owned()));
            counter!("doudi_plugin_calls_total", &ended).increment(1);
            if !call.spent.denied.is_empty() {
                counter!("doudi_plugin_denials_total", &labels).increment(call.spent.denied.len() as u64);
            }
            if call.spent.masked > 0 {
                counter!("doudi_plugin_masked_total", &labels).increment(u64::from(call.spent.masked));
            }
            histogram!("doudi_plugin_guest_seconds", &labels).record(call.spent.guest.as_secs_f64());
            histogram!("doudi_plugin_queue_seconds", &labels).record(call.spent.queued.as_secs_f64());
            histogram!("doudi_plugin_memory_bytes", &labels).record(call.spent.memory as f64);
        });
    }

    pub fn conflict(&self, county: County, plugin: &str, digest: &str, point: Point, again: bool) {
        let labels = [
            ("county", county.to_string()),
            ("plugin", plugin.to_owned()),
            ("digest", short(digest)),
            ("point", point.code().to_owned()),
            ("again", if again { "yes" } else { "no" }.to_owned()),
        ];
        with_local_recorder(&self.recorder, || counter!("doudi_plugin_conflicts_total", &labels).increment(1));
    }

    pub fn resting(&self, county: County, digest: &str, rests: bool) {
        let labels = [("county", county.to_string()), ("digest", short(digest))];
        with_local_recorder(&self.recorder, || {
            gauge!("doudi_plugin_resting", &labels).set(if rests { 1.0 } else { 0.0 });
        });
    }

    pub fn job(&self, county: County, kind: &str, outcome: &'static str) {
        let labels = [("county", county.to_string()), ("kind", kind.to_owned()), ("outcome", outcome.to_owned())];
        with_local_recorder(&self.recorder, || counter!("doudi_jobs_total", &labels).increment(1));
    }

    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = [("method", method.to_owned()), ("route", route.to_owned())];
        with_local_recorder(&self.recorder, || {
            let mut ended = labels.to_vec();
            ended.push(("status", status.to_string()));
            counter!("doudi_http_requests_total", &ended).increment(1);
            histogram!("doudi_http_request_seconds", &labels).record(took.as_secs_f64());
        });
    }

    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn short(digest: &str) -> String {
    digest.chars().take(DIGEST).collect()
}
