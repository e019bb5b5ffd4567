/** A line panel as data: what it draws, not how. Plain, serialisable, versioned with the view that holds it. */

import type { Channel } from '../../data/metricStore'

export interface LinePanel {
  kind: 'line'
  /** Unique in its page, and stable: addresses name it. */
  id: string
  title: string
  channel: Channel
  /** The metric. */
  key: string
  isLog: boolean
}

/** The panel a project shows for a metric before anybody arranged anything. */
export function automaticPanel(channel: Channel, key: string, isLog: boolean): LinePanel {
  return { kind: 'line', id: channel === 'system' ? `system:${key}` : key, title: key, channel, key, isLog }
}
