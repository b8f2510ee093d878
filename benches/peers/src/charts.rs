//! Charts as SVG, on logarithmic scales: a group of bars for each workload, and lines over the number of actors.

use std::error::Error;

use plotters::prelude::*;

use crate::frameworks::NAMES;
use crate::harness::median;
use crate::results::Results;
use crate::rows::{Row, Table, Unit};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts");

/// One colour a framework, in the order of [`NAMES`].
const COLOURS: [RGBColor; NAMES.len()] = [
    RGBColor(200, 40, 40),
    RGBColor(40, 40, 40),
    RGBColor(30, 90, 180),
    RGBColor(90, 150, 220),
    RGBColor(150, 200, 240),
    RGBColor(20, 120, 70),
    RGBColor(90, 170, 110),
    RGBColor(170, 110, 30),
    RGBColor(215, 165, 80),
    RGBColor(120, 80, 150),
    RGBColor(180, 150, 200),
];

type Drawn = Result<(), Box<dyn Error>>;

/// Draws what has been measured.
pub(crate) fn draw(rows: &[Row], results: &Results) -> Drawn {
    std::fs::create_dir_all(FOLDER)?;
    bars(rows, results, Table::OneThread, 1_500, "one-thread.svg")?;
    bars(rows, results, Table::TwoShards, 700, "two-threads.svg")?;
    lines(rows, results)
}

/// The frameworks that were measured on a workload, by index, with their medians.
fn medians(row: &Row, results: &Results) -> Vec<(usize, f64)> {
    let median = |(index, name)| Some((index, median(results.rounds(row.name, name)?)));
    NAMES.iter().copied().enumerate().filter_map(median).collect()
}

/// Bars of operations a second, grouped by workload.
fn bars(rows: &[Row], results: &Results, table: Table, width: u32, file: &str) -> Drawn {
    let rows = rows.iter().filter(|row| row.table == table && row.unit == Unit::Rate);
    let groups: Vec<_> = rows.map(|row| (row.name, medians(row, results))).collect();
    let values = groups.iter().flat_map(|(_, bars)| bars.iter().map(|(_, value)| *value));
    let Some(most) = values.clone().max_by(f64::total_cmp) else { return Ok(()) };
    let least = values.min_by(f64::total_cmp).unwrap_or(most);
    let path = format!("{FOLDER}/{file}");
    let area = SVGBackend::new(&path, (width, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let slots = NAMES.len() as f64 + 1.0;
    let mut chart = ChartBuilder::on(&area)
        .caption(table.title(), ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(
            0.0..slots * groups.len() as f64,
            (least / 2.0..most * 4.0).log_scale(),
        )?;
    chart.configure_mesh().disable_x_mesh().disable_x_axis().y_label_formatter(&rate).draw()?;
    for (index, name) in NAMES.iter().enumerate() {
        let colour = COLOURS[index];
        let mut bars = Vec::new();
        for (group, (_, medians)) in groups.iter().enumerate() {
            if let Some((_, value)) = medians.iter().find(|(of, _)| *of == index) {
                let left = slots * group as f64 + index as f64 + 0.5;
                let corners = [(left, least / 2.0), (left + 0.9, *value)];
                bars.push(Rectangle::new(corners, colour.filled()));
            }
        }
        if !bars.is_empty() {
            let legend =
                move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], colour.filled());
            chart.draw_series(bars)?.label(*name).legend(legend);
        }
    }
    // Names stand below their groups: the axis itself knows only numbers.
    let (_, bottom) = area.dim_in_pixel();
    for (group, (name, _)) in groups.iter().enumerate() {
        let (x, _) = chart.backend_coord(&(slots * group as f64 + 0.5, least));
        area.draw(&Text::new(*name, (x, bottom as i32 - 30), ("sans-serif", 13)))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// Messages a second over the number of actors.
fn lines(rows: &[Row], results: &Results) -> Drawn {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.table == Table::ManyActors).collect();
    let mut points = vec![Vec::new(); NAMES.len()];
    for row in rows {
        let actors = row.name.chars().filter(char::is_ascii_digit).collect::<String>();
        for (index, value) in medians(row, results) {
            points[index].push((actors.parse::<f64>()?, value));
        }
    }
    let values = points.iter().flatten().map(|(_, value)| *value);
    let Some(most) = values.clone().max_by(f64::total_cmp) else { return Ok(()) };
    let least = values.min_by(f64::total_cmp).unwrap_or(most);
    let path = format!("{FOLDER}/many-actors.svg");
    let area = SVGBackend::new(&path, (800, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(Table::ManyActors.title(), ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d((100.0..1e7).log_scale(), (least / 2.0..most * 4.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("actors")
        .x_label_formatter(&rate)
        .y_label_formatter(&rate)
        .draw()?;
    for (index, points) in points.into_iter().enumerate().filter(|(_, points)| !points.is_empty()) {
        let style = COLOURS[index].stroke_width(2);
        let legend = move |(x, y)| PathElement::new([(x, y), (x + 12, y)], style);
        chart.draw_series(LineSeries::new(points, style))?.label(NAMES[index]).legend(legend);
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// A rate with its unit; also a number of actors.
fn rate(value: &f64) -> String {
    match value {
        1e6.. => format!("{}M", value / 1e6),
        1e3.. => format!("{}k", value / 1e3),
        _ => value.to_string(),
    }
}
