/** What was edited in this session, to take it back and do it again. Pure; 100 deep. */

export interface Step<T> {
  /** What was done, as menus say it: "Undo: move panel". */
  label: string
  before: T
  after: T
}

export interface History<T> {
  done: readonly Step<T>[]
  undone: readonly Step<T>[]
}

export const DEPTH = 100

type Same<T> = (a: T, b: T) => boolean

export const emptyHistory = { done: [], undone: [] } as const

/** Remembers an edit. `isDrag`: it goes on from the last one of that name, which then began earlier. */
export function remember<T>(history: History<T>, step: Step<T>, isDrag = false): History<T> {
  const last = history.done.at(-1)
  if (isDrag && last && last.label === step.label && last.after === step.before) {
    return { done: [...history.done.slice(0, -1), { ...step, before: last.before }], undone: [] }
  }
  return { done: [...history.done, step].slice(-DEPTH), undone: [] }
}

/** The newest step whose taking back changes anything, for it may have been left by Back already. */
export function undo<T>(
  history: History<T>,
  now: T,
  isSame: Same<T> = Object.is,
): { history: History<T>; step: Step<T> } | null {
  const at = history.done.findLastIndex(step => !isSame(step.before, now))
  const step = history.done[at]
  if (!step) return null
  return { history: { done: history.done.slice(0, at), undone: [...history.undone, step] }, step }
}

export function redo<T>(
  history: History<T>,
  now: T,
  isSame: Same<T> = Object.is,
): { history: History<T>; step: Step<T> } | null {
  const at = history.undone.findLastIndex(step => !isSame(step.after, now))
  const step = history.undone[at]
  if (!step) return null
  return { history: { done: [...history.done, step].slice(-DEPTH), undone: history.undone.slice(0, at) }, step }
}
