/** A line panel as data: what it draws, not how. */

import type { Channel } from '../../data/metricStore'
import type { LinePanel } from '../schema'

export type { LinePanel } from '../schema'

/** The panel a project shows for a metric before anybody arranged anything. */
export function automaticPanel(channel: Channel, key: string, isLog: boolean): LinePanel {
  return {
    kind: 'line',
    id: channel === 'system' ? `system:${key}` : key,
    ...(channel === 'system' ? { channel } : {}),
    y: [{ metric: key }],
    ...(isLog ? { y_scale: 'log' } : {}),
  }
}

export const channelOf = (panel: LinePanel): Channel => panel.channel ?? 'history'

/** The panel's first metric. */
export const metricOf = (panel: LinePanel): string => panel.y[0]?.metric ?? ''

export const isLogPanel = (panel: LinePanel): boolean => panel.y_scale === 'log'

/** What stands in the panel's head when nobody named it. */
export function lineTitle(panel: LinePanel): string {
  if (panel.title) return panel.title
  const [first, ...rest] = panel.y
  if (!first) return 'Line chart'
  const name = first.label || first.metric || first.expression || first.pattern || ''
  return rest.length > 0 ? `${name} and ${rest.length} more` : name
}
