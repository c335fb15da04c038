// Package plot draws figures for reports: lines, stacked areas, cumulative distributions, bars, heat maps and maps, as SVG and PNG.
//
// It stands before gonum/plot, which brings axes, scales, fonts and both formats; nothing else imports that. Every figure has a title,
// units at its axes, and a legend above the data, so that it can be shown without the report. Equal data give equal bytes.
//
// Colours are the eight of Okabe and Ito ("Color universal design", 2008), which people with any colour vision tell apart; when there
// are more series, dashes tell the rounds apart. Magnitudes in heat maps and maps go from light to dark, so that they survive a grey
// printer.
//
// What it leaves out: interaction. A report is looked at, printed and attached to messages; who wants more has the CSV beside it.
package plot
