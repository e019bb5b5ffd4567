/**
 * Panels as data: one shape per kind, the same in a workspace, on a run's page, in full screen and from Python. The names are
 * the wire's (`assay.wire.messages.panels`), and what is absent has the default given there; `tests/vectors/panels.json` holds one of
 * each, which both sides read and write unchanged.
 */

import type { Axis, Channel } from '../data/metricStore'

export type Scale = 'linear' | 'log' | 'symlog'
export type OpenRange = [number | null, number | null]
export type SmoothingKind = 'none' | 'time_ema' | 'ema' | 'gaussian' | 'mean' | 'median' | 'savgol'
export type Method = 'envelope' | 'mean' | 'last' | 'lttb' | 'every'
export type Band = 'none' | 'minmax' | 'std' | 'stderr' | 'iqr' | 'quantile' | 'ci95_t' | 'ci95_bootstrap'
export type Aggregate = 'last' | 'min' | 'max' | 'mean' | 'first'
export type Goal = '' | 'minimize' | 'maximize'

export interface Smoothing {
  kind?: SmoothingKind
  strength?: number
}

/** How lines are drawn below the place that says it. Absent: as the place above says. */
export interface Settings {
  /** step, relative, time, `metric:NAME` or an expression with `${}`. */
  x?: Axis
  x_scale?: Scale
  smoothing?: Smoothing
  is_raw_behind?: boolean
  /** Percentiles between which y is fitted. */
  outliers?: [number, number]
  method?: Method
  /** 0: as many as the panel has pixels. */
  buckets?: number
  window?: OpenRange
  bounds?: 'never' | 'hover' | 'always'
  columns?: number
  legend?: string
}

/** A place on the section's grid of 12 columns; `h` in rows of 52 px with gaps of 10 px. */
export interface Layout {
  x: number
  y: number
  w: number
  h: number
}

/** What every kind has. `id` is unique in its view and stable: addresses name it. */
export interface PanelBase {
  kind: string
  id: string
  /** Absent: the kind makes one. */
  title?: string
  layout?: Layout
}

/** What is drawn upwards: one of the first three. `pattern` is a regular expression over metric names. */
export interface Y {
  metric?: string
  pattern?: string
  expression?: string
  side?: 'left' | 'right'
  label?: string
}

export interface LineStyle {
  /** A palette place; absent: the run's own. */
  colour?: number
  dash?: '' | 'solid' | 'dashed' | 'dotted'
  width?: number
  mark?: '' | 'none' | 'circle' | 'square' | 'triangle' | 'cross'
  draw?: '' | 'line' | 'step' | 'points' | 'area'
}

export interface Grouping {
  keys?: string[]
  middle?: 'mean' | 'median' | 'min' | 'max'
  band?: Band
  quantiles?: [number, number]
  ended?: 'drop' | 'hold'
  has_members?: boolean
}

/** A named stretch of x, or a mark where `to_x` equals `from_x`. */
export interface Region {
  id: string
  axis: string
  from_x: number
  to_x: number
  name?: string
  note?: string
  user?: string
  created_at?: number
}

export interface LinePanel extends PanelBase {
  kind: 'line'
  channel?: Channel
  y: Y[]
  settings?: Settings
  y_scale?: Scale
  y_range?: OpenRange
  y2_scale?: Scale
  y2_range?: OpenRange
  /** Where the panel looks now within its range. */
  y_zoom?: [number, number]
  /** Alerts, checkpoints, resumes and rewinds of the drawn runs stand on the axis. Absent: yes. */
  has_alerts?: boolean
  draw?: 'line' | 'step' | 'points' | 'area' | 'percent'
  grouping?: Grouping
  is_grouped?: boolean
  /** By metric key (or `=` and the expression), by run id, or by `group:` and a group's label. */
  styles?: Record<string, LineStyle>
  regions?: Region[]
  is_small_multiples?: boolean
  unit?: string
}

export interface BarPanel extends PanelBase {
  kind: 'bar'
  value?: string
  aggregate?: Aggregate
  draw?: 'bar' | 'box' | 'violin'
  is_vertical?: boolean
  group?: string[]
  error?: 'none' | 'std' | 'stderr' | 'minmax' | 'ci95_t'
  most?: number
  order?: 'value' | '-value' | 'name' | 'runs'
  scale?: Scale
}

export interface ScatterPanel extends PanelBase {
  kind: 'scatter'
  x?: string
  y?: string
  colour?: string
  size?: string
  x_scale?: Scale
  y_scale?: Scale
  goal_x?: Goal
  goal_y?: Goal
  has_front?: boolean
  has_trend?: boolean
  has_running_best?: boolean
  label?: string
  /** What is picked: a stretch of x and one of y, or a polygon of values. */
  brush?: [number, number][]
  lasso?: [number, number][]
}

export interface ParallelAxis {
  key: string
  scale?: 'auto' | 'linear' | 'log' | 'category'
  is_inverted?: boolean
  brushes?: [number, number][]
  picked?: string[]
}

export interface ParallelPanel extends PanelBase {
  kind: 'parallel'
  axes?: ParallelAxis[]
  colour?: string
}

export interface ImportancePanel extends PanelBase {
  kind: 'importance'
  target?: string
  aggregate?: Aggregate
  params?: string[]
  most?: number
  seed?: number
  shown?: string
}

export interface ComparerPanel extends PanelBase {
  kind: 'comparer'
  runs?: string[]
  base?: string
  is_diff_only?: boolean
  sections?: string[]
  search?: string
}

export interface CodePanel extends PanelBase {
  kind: 'code'
  left?: string
  right?: string
  path?: string
  is_unified?: boolean
}

export interface KpiPanel extends PanelBase {
  kind: 'kpi'
  metric?: string
  aggregate?: 'best' | 'last' | 'min' | 'max' | 'mean' | 'count'
  format?: string
  has_sparkline?: boolean
  warn?: number
  bad?: number
}

export interface MarkdownPanel extends PanelBase {
  kind: 'markdown'
  text?: string
}

export interface HistogramPanel extends PanelBase {
  kind: 'histogram'
  metric?: string
  draw?: 'heatmap' | 'ridge' | 'overlay'
  step?: number
  scale?: 'count' | 'density' | 'log'
}

/** What is drawn over images. */
export interface Overlays {
  /** Masks are drawn. Absent: yes. */
  masks?: boolean
  /** Boxes are drawn. Absent: yes. */
  boxes?: boolean
  /** Of masks within their edges. Absent: 0.25. */
  opacity?: number
  /** Only the edges of masks. */
  is_outline?: boolean
  /** Groups (`truth`) and classes of groups (`truth/3`) that are not drawn; `+truth/0`: one that is hidden by itself is. */
  hidden?: readonly string[]
  /** Boxes whose score is lower are not drawn. */
  scores?: Readonly<Record<string, number>>
}

/** Keys (and those that `pattern` matches) of logged media, a row for each run. */
export interface MediaPanel extends PanelBase {
  kind: 'media'
  keys?: string[]
  pattern?: string
  columns?: 'key' | 'step'
  /** Absent: the newest. With `is_synced` (absent: yes) the page's step comes before it. */
  step?: number
  is_synced?: boolean
  /** With `columns: 'step'`: every so manyth step. */
  stride?: number
  /** Height of a medium in pixels; absent: as fits. */
  size?: number
  /** Absent: lists are shown whole. */
  list_most?: number
  runs_most?: number
  is_pixelated?: boolean
  overlays?: Overlays
}

/** Clouds, meshes, scenes and molecules of runs in space. */
export interface ScenePanel extends PanelBase {
  kind: 'scene'
  key?: string
  step?: number
  is_synced?: boolean
  runs_most?: number
  /** Position and target, x y z each; absent: so that everything is in sight. */
  camera?: number[]
  is_camera_synced?: boolean
  point_size?: number
  colour?: 'own' | 'height' | 'distance'
  is_wireframe?: boolean
  has_axes?: boolean
  /** Labels (`label:car`) and layers (`layer:truth`) of boxes that are not drawn. */
  hidden?: string[]
  score?: number
  /** Of a sequence, in seconds. */
  time?: number
}

/** A Vega-Lite chart over a table of the drawn runs. */
export interface ChartPanel extends PanelBase {
  kind: 'chart'
  source?: 'runs' | 'history' | 'logged'
  key?: string
  preset?: string
  spec?: Record<string, unknown>
  /** Slot → key, or column. */
  fields?: Record<string, string>
  strings?: Record<string, string>
  rows_most?: number
}

/** A panel of a kind or a version that this build does not know: kept as it is, drawn as a notice. */
export interface UnknownPanel extends PanelBase {
  kind: string
}
