/** Every kind of panel by name. A page renders panels through this table and knows no kind of its own. */

import type { ComponentType } from 'react'
import type { Column } from '../data/project'
import type { IconName } from '../ui/iconPaths'
import type { DrawnRun, PanelSettings } from './context'
import { runKinds } from './kinds'
import { LINE_TABS, LineEditor } from './line/Editor'
import { lineTitle } from './line/schema'
import { LineView } from './line/View'
import type { LinePanel, PanelBase, Settings } from './schema'
import type { Origin } from './settings'

/** A panel of any kind, as views and addresses hold it. */
export type Panel = PanelBase

/** What a person wants of the page from within a panel. All are stable: they may stand in dependencies. */
export interface PanelIntents {
  onFull: () => void
  /** `replace`: goes on with the zoom before it, as one step of the history. */
  onZoom: (zoom: NonNullable<PanelSettings['zoom']>, options?: { replace?: boolean }) => void
  onZoomReset: () => void
  /** The step that media panels of the page show together; null: the newest. */
  onStep: (step: number | null, options?: { replace?: boolean }) => void
  /** Lays fields over the panel. A drag replaces the step it began. */
  onChange: (fields: Record<string, unknown>, options?: { replace?: boolean }) => void
  /** Opens the panel's settings. */
  onEdit: () => void
  /** What a brush picks, as a condition of the filter grammar: a chip of the run list that names this panel. Null: nothing. */
  onBrush: (condition: string | null, options?: { replace?: boolean }) => void
  onOpenRun: (run: string, options?: { isNewTab?: boolean }) => void
  onDuplicate: () => void
  onRemove: () => void
}

export interface PanelViewProps<P extends PanelBase> {
  panel: P
  runs: readonly DrawnRun[]
  /** What page, section and panel say together. */
  settings: PanelSettings
  /** Near enough to the screen to be drawn and asked for. */
  isNear: boolean
  isFull: boolean
  intents: PanelIntents
}

export interface PanelEditorProps<P extends PanelBase> {
  panel: P
  /** Which of the kind's `tabs` is shown; empty where it has none. */
  tab: string
  /** What the panel inherits where it says nothing. */
  inherited: PanelSettings
  /** Which place says each inherited value. */
  origins: Readonly<Record<keyof Settings, Origin>>
  columns: readonly Column[]
  onChange: PanelIntents['onChange']
}

export interface PanelKind<P extends PanelBase> {
  kind: P['kind']
  /** As menus call it. */
  name: string
  icon: IconName
  /** One line: what it is for. Shown where a panel is added. */
  about: string
  /** On the section's grid of 12 columns, rows of 52 px. */
  size: { w: number; h: number }
  /** A new one, as complete as the project's columns allow. */
  make: (id: string, columns: readonly Column[]) => P
  /** The head's text: the panel's own title or what the kind makes of it. */
  titleOf: (panel: P) => string
  View: ComponentType<PanelViewProps<P>>
  /** What is asked before one is added. Absent: nothing. */
  Start?: ComponentType<{ panel: P; onChange: (fields: object) => void }>
  /** The tabs of its settings. Absent: one page without tabs. */
  tabs?: readonly string[]
  /** The fields of its settings; absent: none beside the title. */
  Editor?: ComponentType<PanelEditorProps<P>>
}

const line: PanelKind<LinePanel> = {
  kind: 'line',
  name: 'Line chart',
  icon: 'chart',
  about: 'Metrics over steps, time or another metric',
  size: { w: 4, h: 4 },
  make: (id, columns) => {
    const metric = columns.find(column => column.section === 'metric')?.key
    return { kind: 'line', id, y: metric === undefined ? [] : [{ metric }] }
  },
  titleOf: lineTitle,
  View: LineView,
  tabs: LINE_TABS,
  Editor: LineEditor,
}

// Each entry is right for the panels of its own kind, which is how it is looked up.
const kinds = new Map<string, PanelKind<never>>(
  [line, ...runKinds].map(kind => [kind.kind, kind as unknown as PanelKind<never>]),
)

/** The kind of `panel`; null when this build does not know it. */
export function kindOf(panel: Panel): PanelKind<Panel> | null {
  return (kinds.get(panel.kind) as PanelKind<Panel> | undefined) ?? null
}

/** All kinds, in the order in which menus show them. */
export const panelKinds = (): PanelKind<Panel>[] => [...kinds.values()] as unknown as PanelKind<Panel>[]

export function titleOf(panel: Panel): string {
  return kindOf(panel)?.titleOf(panel) || panel.title || panel.kind
}
