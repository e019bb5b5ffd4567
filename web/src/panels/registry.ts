/** Every kind of panel by name. A page renders panels through this table and knows no kind of its own. */

import type { ComponentType } from 'react'
import type { DrawnRun, PanelSettings } from './context'
import type { LinePanel } from './line/schema'
import { LineView } from './line/View'

/** Any panel, as views and addresses hold it. */
export type Panel = LinePanel

/** What a person wants of the page from within a panel. All are stable: they may stand in dependencies. */
export interface PanelIntents {
  onFull: () => void
  onLog: (isLog: boolean) => void
  onZoom: (zoom: NonNullable<PanelSettings['zoom']>) => void
  onZoomReset: () => void
}

export interface PanelViewProps<P extends Panel> {
  panel: P
  runs: readonly DrawnRun[]
  settings: PanelSettings
  /** Near enough to the screen to be drawn and asked for. */
  isNear: boolean
  isFull: boolean
  intents: PanelIntents
}

export interface PanelKind<P extends Panel> {
  kind: P['kind']
  /** As menus call it. */
  name: string
  View: ComponentType<PanelViewProps<P>>
}

export const panelKinds: { [K in Panel['kind']]: PanelKind<Extract<Panel, { kind: K }>> } = {
  line: { kind: 'line', name: 'Line chart', View: LineView },
}
