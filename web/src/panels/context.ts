/** What every panel of a page shares: the data outside React, what is pointed at, and the runs to draw. */

import { createContext, useContext } from 'react'
import type { AxisKind } from '../charts/ticks'
import type { HoverBus } from '../charts/hover'
import type { LineStyle } from '../charts/palette'
import type { Axis, MetricStore } from '../data/metricStore'
import type { Place } from '../data/comments'
import type { ProjectApi } from '../data/project'
import type { MetricAxes } from './axes'
import type { ReadSeries, SeriesLoader } from '../data/seriesLoader'
import type { Settings, SmoothingKind } from './schema'

/** A run as panels need it. */
export interface DrawnRun {
  id: string
  name: string
  /** Decides its colour, for life. */
  ordinal: number
  isLive: boolean
  /** As the view colours it; absent: by its ordinal. */
  style?: LineStyle
  /** The group it is in, as the list names it. */
  group?: string
}

/**
 * How the page wants its panels drawn: every field of `Settings` with a value, inherited where a place says nothing
 * (`settings.ts`).
 */
export interface PanelSettings extends Required<Omit<Settings, 'x' | 'smoothing'>> {
  /** x of history panels; system panels always count from the run's start. */
  axis: Axis
  /** What metrics stand over where nobody chose an axis; empty where somebody did. */
  axes: MetricAxes
  /** The strength, in the unit of `smoothing_kind`. 0: none. */
  smoothing: number
  smoothing_kind: SmoothingKind
  /** A stretch of x on one axis; null: everything. */
  zoom: { axis: Axis; from: number; to: number } | null
}

/** The runs of the page's list, as the server finds them again. */
export interface RunSetQuestion {
  filter: string
  search: string
  sort: { key: string; descending: boolean }[]
  /** Keys that the list is grouped by, outermost first. */
  group: string[]
  /** The pinned baseline's id; empty: none. */
  baseline: string
  /** `search` is a regular expression. */
  is_regex?: boolean
  only_mine?: boolean
  /** Columns that expressions make, for keys of the form `derived.NAME`. */
  derived?: { name: string; expression: string }[]
}

/** Never made anew while a page is open: charts stand on them. What a person changes comes by `RunSetContext` and as properties. */
export interface PanelServices {
  api: ProjectApi
  entity: string
  project: string
  store: MetricStore
  loader: SeriesLoader
  hover: HoverBus
  read: ReadSeries
  /** Goes to a page of the application. */
  follow: (path: string, isNewTab: boolean) => void
  /** What scrolls: panels outside it are not mounted. */
  scroller: Element | null
}

/** What brushes of the page pick now, by panel: a chip that was taken off the list takes its brush along. */
export const BrushContext = createContext<Readonly<Record<string, string>>>({})

/** The runs of the page's list now. A page without a list asks for no runs. */
export const RunSetContext = createContext<RunSetQuestion>({
  filter: '',
  search: '',
  sort: [],
  group: [],
  baseline: '',
})

/** The step that media panels of the page show together; null: the newest. */
export const MediaStepContext = createContext<number | null>(null)

/** A region of a chart that somebody pointed at; its panel is in full screen. Null: none. */
export const RegionContext = createContext<string | null>(null)

/** Answers where others see the page as it is now; null where a page has no place of its own. */
export const PlaceContext = createContext<(() => Promise<Place>) | null>(null)

export const useRunSet = (): RunSetQuestion => useContext(RunSetContext)

export const PanelContext = createContext<PanelServices | null>(null)

export function usePanelServices(): PanelServices {
  const services = useContext(PanelContext)
  if (!services) throw new Error('A panel stands outside a page of panels')
  return services
}

export function axisKind(axis: Axis): AxisKind {
  return axis === 'step' || axis === 'relative' || axis === 'time' ? axis : 'number'
}

export function axisTitle(axis: Axis): string {
  if (axis === 'step') return 'Step'
  if (axis === 'relative') return 'Time'
  if (axis === 'time') return 'At'
  return axis.startsWith('metric:') ? axis.slice('metric:'.length) : axis
}
