/**
 * Everything a person can do, as one table: the palette, the shortcut sheet, the menus and the keyboard all read it.
 *
 * A page registers its actions while it is shown (`useActions`). Two actions may share keys; the one registered last, which is
 * the more particular place, answers first if its `when` allows.
 */
import { useEffect, useMemo } from 'react'
import { createStore, useStore } from 'zustand'
import type { IconName } from './iconPaths'
import { isTyping, type StrokeEvent, strokeOf } from './keys'

export interface Action {
  /** Unique and stable: `runs.hide`. */
  name: string
  /** A verb with its object: "Hide run". */
  label: string
  /** A heading of the palette and the sheet: "Go to", "Runs". */
  group: string
  icon?: IconName
  /** Shortcuts that do the same; the first is the one shown. See `keys.ts` for the spelling. */
  keys?: string | string[]
  /** More words the palette finds it by. */
  words?: string
  /** Whether it can be done now. Absent: always. */
  when?: () => boolean
  /** Works while a text field has the focus. Only for strokes with `mod` or `alt`. */
  whileTyping?: boolean
  /** Works while a dialog or a menu is open. */
  overDialogs?: boolean
  /** Not offered in the palette, for example moving the selection by one. */
  isHidden?: boolean
  perform: () => void
}

interface Table {
  actions: readonly Action[]
}

export const actionTable = createStore<Table>(() => ({ actions: [] }))

/** Adds the actions; answers how to take them out again. */
export function registerActions(actions: readonly Action[]): () => void {
  actionTable.setState(table => ({ actions: [...table.actions, ...actions] }))
  return () => {
    const gone = new Set(actions)
    actionTable.setState(table => ({ actions: table.actions.filter(action => !gone.has(action)) }))
  }
}

/** Registers while the component is mounted. `make` is read again when `deps` change. */
export function useActions(make: () => Action[], deps: unknown[]): void {
  // The caller names what its actions close over.
  // oxlint-disable-next-line react/exhaustive-deps
  const actions = useMemo(make, deps)
  useEffect(() => registerActions(actions), [actions])
}

/** All actions, newest place first, each name once. */
export function useActionList(): Action[] {
  const actions = useStore(actionTable, table => table.actions)
  return useMemo(() => distinct(actions), [actions])
}

export function distinct(actions: readonly Action[]): Action[] {
  const byName = new Map<string, Action>()
  for (const action of actions) byName.set(action.name, action)
  return [...byName.values()]
}

export const canPerform = (action: Action): boolean => action.when?.() ?? true

export function keysOf(action: Action): string[] {
  if (action.keys === undefined) return []
  return typeof action.keys === 'string' ? [action.keys] : action.keys
}

/** Performs the action of that name if it is there and can be done now. */
export function perform(name: string): boolean {
  const action = actionTable.getState().actions.findLast(action => action.name === name && canPerform(action))
  action?.perform()
  return action !== undefined
}

/** The keys shown for an action: in menus and tips. */
export function shownKeys(name: string): string | undefined {
  const action = actionTable.getState().actions.findLast(action => action.name === name)
  return action && keysOf(action)[0]
}

/** How long the second stroke of a pair such as `g h` may take. */
const PAIR_MS = 1_200

/** Follows key strokes and finds what they mean. No listener of its own: feed it events; time comes with them. */
export class KeyReader {
  #first = ''
  #firstAt = 0

  /** The action for this stroke, or "started" when it may be the first of a pair. */
  read(
    event: StrokeEvent & { target?: EventTarget | null },
    atMs: number,
    actions: readonly Action[],
  ): Action | 'started' | null {
    const stroke = strokeOf(event)
    if (stroke === '') return null
    const typing = isTyping(event.target ?? null)
    const pair = this.#first !== '' && atMs - this.#firstAt <= PAIR_MS ? `${this.#first} ${stroke}` : ''
    this.#first = ''
    const possible = actions.filter(action => (!typing || action.whileTyping === true) && canPerform(action))
    const found = (keys: string) => possible.findLast(action => keysOf(action).includes(keys))
    const action = (pair && found(pair)) || found(stroke)
    if (action) return action
    if (possible.some(action => keysOf(action).some(keys => keys.startsWith(`${stroke} `)))) {
      this.#first = stroke
      this.#firstAt = atMs
      return 'started'
    }
    return null
  }
}
