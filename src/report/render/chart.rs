//! The data rate over time as an inline SVG. Its colours are placeholders that the page's style sheet replaces, so that
//! it follows light and dark.

use plotters::prelude::*;

use crate::report::words;

/// Bytes per second over the run as an SVG element; `None` under two points, where a line says nothing.
pub fn rates(rates: &[f64], elapsed_seconds: f64) -> Option<String> {
    if rates.len() < 2 || !elapsed_seconds.is_finite() || elapsed_seconds <= 0.0 {
        return None;
    }
    let rates: Vec<f64> = rates.iter().map(|rate| if rate.is_finite() { rate.max(0.0) } else { 0.0 }).collect();
    let top = rates.iter().copied().fold(0.0, f64::max);
    if top <= 0.0 {
        return None;
    }
    let mut svg = String::new();
    draw(&mut svg, &rates, elapsed_seconds, top).ok()?;
    Some(svg)
}

fn draw(svg: &mut String, rates: &[f64], elapsed: f64, top: f64) -> Result<(), Box<dyn std::error::Error>> {
    const LINE: RGBColor = RGBColor(11, 110, 153);
    const AXIS: RGBColor = RGBColor(119, 119, 119);
    let root = SVGBackend::with_string(svg, (940, 210)).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin(6)
        .margin_right(14)
        .x_label_area_size(24)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..elapsed, 0.0..top * 1.08)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(AXIS.mix(0.25))
        .axis_style(AXIS)
        .x_labels(8)
        .y_labels(6)
        .x_label_formatter(&|seconds| tick(*seconds, elapsed))
        .y_label_formatter(&|rate| words::rate(*rate))
        .label_style(("sans-serif", 12).into_font().color(&AXIS))
        .draw()?;
    let step = elapsed / rates.len() as f64;
    let points = rates.iter().enumerate().map(|(index, rate)| ((index as f64 + 0.5) * step, *rate));
    chart.draw_series(AreaSeries::new(points, 0.0, LINE.mix(0.15)).border_style(LINE.stroke_width(2)))?;
    root.present()?;
    Ok(())
}

/// A time on the axis, without digits that say nothing.
fn tick(seconds: f64, elapsed: f64) -> String {
    match elapsed {
        _ if elapsed < 5.0 => format!("{seconds:.1} s"),
        _ if elapsed < 120.0 => format!("{seconds:.0} s"),
        _ => words::duration(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_line_and_nothing_from_elsewhere() {
        let svg = rates(&[1.0, 5e6, f64::NAN, 3e6], 4.0).expect("a chart");
        assert!(svg.starts_with("<svg") && svg.contains("polyline"), "{svg}");
        assert!(svg.contains("MB/s"), "{svg}");
        assert!(!svg.contains("href") && !svg.contains("<script"));
    }

    #[test]
    fn too_little_to_draw_is_no_chart() {
        assert_eq!(rates(&[], 3.0), None);
        assert_eq!(rates(&[5.0], 3.0), None);
        assert_eq!(rates(&[0.0, 0.0], 3.0), None);
        assert_eq!(rates(&[1.0, 2.0], f64::NAN), None);
    }
}
