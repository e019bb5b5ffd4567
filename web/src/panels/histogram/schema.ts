/** A panel of histograms over steps as data. */

import type { HistogramPanel } from '../schema'

export const histogramTitle = (panel: HistogramPanel): string => panel.title || panel.metric || 'Histogram over steps'
