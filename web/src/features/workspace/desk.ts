/** What the parts of the page share to act on it: the store, what is built of it, what is open and selected. Stable for the page's life. */

import { createContext, useContext } from 'react'
import { createStore, type StoreApi } from 'zustand'
import { toast } from '../../ui/toasts'
import type { Panel } from '../../panels/registry'
import type { PageStore } from './pageStore'
import { type Built, panelsInOrder } from './sections'
import type { ViewSpec } from './view'

/** A drawer beside the page. */
export type Drawer = { of: 'panel'; id: string } | { of: 'section'; id: string } | { of: 'page' }

export interface DeskState {
  selected: ReadonlySet<string>
  drawer: Drawer | null
  /** The menu of a panel, at a place of the window. */
  menu: { id: string; x: number; y: number } | null
  /** Panels are being added: to this section of a person's own, or to where they go by themselves. */
  adding: { section: string | null; kind?: string } | null
}

export class Desk {
  readonly store: PageStore
  readonly ui: StoreApi<DeskState>
  readonly openRun: (run: string, options?: { isNewTab?: boolean }) => void
  /** What the view and the project's metrics make together, as last drawn. */
  built: Built = { sections: [], panels: [], placeOf: new Map(), byId: new Map() }

  constructor(store: PageStore, openRun: Desk['openRun']) {
    this.store = store
    this.openRun = openRun
    this.ui = createStore<DeskState>(() => ({ selected: new Set(), drawer: null, menu: null, adding: null }))
  }

  setBuilt(built: Built): void {
    this.built = built
  }

  edit(label: string, change: (spec: ViewSpec) => ViewSpec, options: { replace?: boolean } = {}): void {
    this.store.edit(change, { ...options, label })
  }

  /** An edit that takes something from the page: said aloud, with the way back. */
  editAndSay(label: string, said: string, change: (spec: ViewSpec) => ViewSpec): void {
    const before = this.store.state.getState().spec
    this.store.edit(change, { label })
    const after = this.store.state.getState().spec
    if (after !== before) this.say({ icon: 'check', text: said, undo: () => this.store.undo() })
  }

  /** Says something that stays only as long as nothing else is edited: what it offers to take back is the newest edit. */
  say(content: Parameters<typeof toast>[0]): void {
    const { spec } = this.store.state.getState()
    const dismiss = toast(content)
    const stop = this.store.state.subscribe(state => {
      if (state.spec === spec) return
      stop()
      dismiss()
    })
  }

  toggleSelected(id: string): void {
    this.ui.setState(({ selected }) => {
      const next = new Set(selected)
      if (!next.delete(id)) next.add(id)
      return { selected: next }
    })
  }

  select(ids: Iterable<string>): void {
    this.ui.setState({ selected: new Set(ids) })
  }

  clearSelected(): void {
    if (this.ui.getState().selected.size > 0) this.ui.setState({ selected: new Set() })
  }

  panel(id: string): Panel | null {
    return this.built.byId.get(id) ?? this.store.state.getState().spec.kpis?.find(kpi => kpi.id === id) ?? null
  }

  /** Every panel, as they are read. */
  inOrder(): readonly Panel[] {
    return panelsInOrder(this.store.state.getState().spec.kpis, this.built)
  }

  /** The panels an action means: the selected, else the one with the focus. */
  chosen(): string[] {
    const { selected } = this.ui.getState()
    const here = [...selected].filter(id => this.built.byId.has(id))
    if (here.length > 0) return here
    const focused = focusedPanel()
    return focused === null ? [] : [focused]
  }
}

/** The panel in which the keyboard is. */
export function focusedPanel(): string | null {
  return document.activeElement?.closest('[data-panel]')?.getAttribute('data-panel') ?? null
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('A part of the workspace stands outside its page')
  return desk
}
