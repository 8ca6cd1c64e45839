//! Counts as Prometheus reads them: the text format, version 0.0.4.

use std::fmt::Write;

/// Text of metrics that grows.
#[derive(Debug, Default)]
pub struct Exposition(String);

/// A metric: its name, what sort it is, and what it says.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    /// `counter` or `gauge`.
    pub sort: &'static str,
    pub help: &'static str,
}

impl Exposition {
    pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// A metric with its samples: labels, by name, and a value each.
    pub fn metric<'a, const LABELS: usize>(
        &mut self,
        metric: Metric,
        samples: impl IntoIterator<Item = ([(&'static str, &'a str); LABELS], u64)>,
    ) {
        let Metric { name, sort, help } = metric;
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {}\n# TYPE {name} {sort}", help.replace('\\', "\\\\"));
        for (labels, value) in samples {
            let _ = write!(self.0, "{name}");
            for (place, (label, text)) in labels.iter().enumerate() {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                let _ = write!(self.0, "{}{label}=\"{text}\"", if place == 0 { '{' } else { ',' });
            }
            let _ = writeln!(self.0, "{} {value}", if LABELS > 0 { "}" } else { "" });
        }
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_that_of_prometheus() {
        let mut text = Exposition::default();
        text.metric(Metric { name: "a_total", sort: "counter", help: "All." }, [([("x", "1\"\\\n"), ("y", "2")], 3)]);
        text.metric(Metric { name: "b", sort: "gauge", help: "Now." }, [([], 4)]);
        assert_eq!(
            text.into_text(),
            "# HELP a_total All.\n# TYPE a_total counter\na_total{x=\"1\\\"\\\\\\n\",y=\"2\"} 3\n\
             # HELP b Now.\n# TYPE b gauge\nb 4\n"
        );
    }
}
