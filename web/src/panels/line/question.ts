/** What a line panel asks the server: scope, buckets, groups. Pure. */

import { type Axis, isExpressionAxis, type Scope } from '../../data/metricStore'
import { type GroupsRequest, requestAxis } from '../../data/seriesLoader'
import type { PanelSettings, RunSetQuestion } from '../context'
import { channelOf, type Groups, type LinePanel } from './schema'

const BUCKETS_STEP = 500
const BUCKETS_MAX = 2000
/** What the server makes of one series at most. */
export const BUCKETS_FULL = 10_000
/** Up to so many runs, short ones are asked for with room for every point. */
const FEW_RUNS = 25
/** More of full screen's buckets than this in all would be tens of megabytes. */
const FULL_TOTAL = 1_000_000
const GROUP_BUCKETS = 500

/** A bucket per pixel column or a little more, in coarse steps so that dragging a divider asks for nothing. */
export function bucketsFor(widthPx: number, runCount: number): number {
  const least = runCount <= FEW_RUNS ? 2 * BUCKETS_STEP : BUCKETS_STEP
  return Math.max(least, Math.min(BUCKETS_MAX, Math.ceil(widthPx / BUCKETS_STEP) * BUCKETS_STEP))
}

/** As the settings say; else by what there is to see, and all that can be had in full screen. */
export function bucketsOf(
  settings: PanelSettings,
  look: { widthPx: number; lineCount: number; isFull: boolean },
): number {
  if (settings.buckets > 0) return Math.min(BUCKETS_FULL, settings.buckets)
  const usual = bucketsFor(look.widthPx, look.lineCount)
  if (!look.isFull) return usual
  return Math.max(usual, Math.min(BUCKETS_FULL, Math.floor(FULL_TOTAL / Math.max(1, look.lineCount))))
}

export function axisOf(panel: LinePanel, settings: PanelSettings): Axis {
  return channelOf(panel) === 'system' && settings.axis !== 'time' ? 'relative' : settings.axis
}

export function scopeOf(panel: LinePanel, settings: PanelSettings, isZoomed = true): Scope {
  const axis = axisOf(panel, settings)
  const { zoom } = settings
  const [from, to] = settings.window
  const window =
    isZoomed && zoom?.axis === axis
      ? ([zoom.from, zoom.to] as const)
      : from !== null && to !== null && from < to && axis === settings.axis
        ? ([from, to] as const)
        : null
  // Hardware metrics are drawn as they are.
  const isSmoothed = channelOf(panel) !== 'system' && settings.smoothing > 0 && settings.smoothing_kind !== 'none'
  return {
    channel: channelOf(panel),
    axis,
    window,
    ...(isSmoothed ? { smoothing: { kind: settings.smoothing_kind, strength: settings.smoothing } } : {}),
    ...(settings.method === 'envelope' ? {} : { method: settings.method }),
    ...(settings.x_scale === 'log' && !isExpressionAxis(axis) ? { isLogX: true } : {}),
  }
}

/** Which runs become groups, and what is asked of them. */
export interface GroupsQuestion {
  runSet: Record<string, unknown>
  by: string[]
  request: Omit<GroupsRequest, 'groups'>
}

export function groupsQuestion(
  groups: Groups,
  keys: readonly string[],
  scope: Scope,
  runSet: RunSetQuestion,
  buckets: number,
): GroupsQuestion {
  // Whatever more the page knows of its runs (hidden ones, only mine) is part of which they are.
  const { group: _, baseline: __, ...set } = runSet
  return {
    runSet: set,
    by: groups.keys,
    request: {
      keys: [...keys],
      ...requestAxis(scope.axis),
      ...(scope.isLogX ? { x_scale: 'log' as const } : {}),
      ...(scope.window ? { window: scope.window } : {}),
      buckets: buckets > 0 ? buckets : GROUP_BUCKETS,
      middle: groups.middle,
      band: groups.band,
      ...(groups.band === 'quantile' ? { quantiles: groups.quantiles } : {}),
      ended: groups.ended,
      ...(scope.smoothing ? { smoothing: scope.smoothing } : {}),
      channel: scope.channel,
    },
  }
}
