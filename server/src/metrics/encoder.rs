//! A few words above the encoder of `prometheus-client`.

use std::fmt::Error;

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet},
    metrics::MetricType,
};

use crate::counters::HistogramTotals;

/// Encodes metrics by name.
pub(super) struct Encoder<'a>(pub(super) DescriptorEncoder<'a>);

impl Encoder<'_> {
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeGaugeValue,
    ) -> Result<(), Error> {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    /// The encoder adds `_total` to the name.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// Encodes a gauge for each value of a label.
    pub(super) fn gauges(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, usize)],
    ) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        values.iter().try_for_each(|(of, value)| metric.encode_family(&[(label, *of)])?.encode_gauge(value))
    }

    /// Encodes a counter for each value of a label.
    pub(super) fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, u64)],
    ) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        values.iter().try_for_each(|(of, value)| {
            metric.encode_family(&[(label, *of)])?.encode_counter::<NoLabelSet, _, f64>(value, None)
        })
    }

    /// Encodes a histogram whose values are parts of `unit`: a million for microseconds that are shown in seconds.
    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &str,
        HistogramTotals { sum, count, buckets }: HistogramTotals,
        unit: f64,
    ) -> Result<(), Error> {
        let buckets: Vec<_> =
            buckets.into_iter().map(|(bound, count)| (bound as f64 / unit, count)).collect();
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(sum as f64 / unit, count, &buckets, None)
    }

    pub(super) fn info(&mut self, name: &str, help: &str, label: (&str, &str)) -> Result<(), Error> {
        self.0.encode_descriptor(name, help, None, MetricType::Info)?.encode_info(&[label])
    }
}
