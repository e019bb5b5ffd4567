/**
 * Short news at the bottom left, three at most and jobs, 8 s each, longer while the pointer or the focus is on them.
 * What can be taken back carries Undo, which Ctrl Z does as well.
 */
import { useEffect, useRef } from 'react'
import { createStore, useStore } from 'zustand'
import { useActions } from './actions'
import { Icon, type IconName } from './icons'
import { keyCaps } from './keys'

export interface Toast {
  id: number
  text: string
  icon?: IconName
  /** A button: "Download", "Try again". */
  action?: { label: string; perform: () => void }
  /** Takes the change back. */
  undo?: () => void
  /** Something newer can be taken back: Ctrl Z is that one's, the button stays. */
  isPassed?: boolean
  /** A job that runs: how much of it is done, from 0 to 1, null where nobody knows. It stays until the job ends. */
  progress?: number | null
}

const SHOWN_MAX = 3
const SHOWN_MS = 8_000

const toastStore = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }))
let nextId = 1

/** Shows a toast; answers how to take it away. */
export function toast(content: Omit<Toast, 'id'>): () => void {
  const id = nextId++
  toastStore.setState(({ toasts }) => ({ toasts: fewest([...toasts, { ...content, id }]) }))
  return () => dismiss(id)
}

/** Jobs stay until they end; the newest of the others beside them, one at least. */
function fewest(toasts: readonly Toast[]): readonly Toast[] {
  const jobs = toasts.filter(toast => toast.progress !== undefined)
  const rest = toasts.filter(toast => toast.progress === undefined)
  const others = new Set(rest.slice(-Math.max(1, SHOWN_MAX - jobs.length)))
  return toasts.filter(toast => toast.progress !== undefined || others.has(toast))
}

function dismiss(id: number): void {
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) }))
}

/** A toast of a job, which stays and changes until it is taken away. */
export function jobToast(content: Omit<Toast, 'id'>): { update: (changes: Partial<Toast>) => void; end: () => void } {
  const id = nextId
  const end = toast({ progress: null, ...content })
  const update = (changes: Partial<Toast>): void =>
    toastStore.setState(({ toasts }) => ({
      toasts: toasts.map(toast => (toast.id === id ? { ...toast, ...changes } : toast)),
    }))
  return { update, end }
}

/** Takes the newest undoable change back. */
function undoNewest(): void {
  const newest = toastStore.getState().toasts.findLast(takesKey)
  if (!newest) return
  dismiss(newest.id)
  newest.undo?.()
}

const takesKey = (toast: Toast): boolean => toast.undo !== undefined && !toast.isPassed

/** Whether a toast offers to take something back: Ctrl Z is its then. */
export const isUndoOffered = (): boolean => toastStore.getState().toasts.some(takesKey)

/** Something was done that is taken back elsewhere: Ctrl Z is no longer that of what was done before. */
export function passUndo(): void {
  if (isUndoOffered())
    toastStore.setState(({ toasts }) => ({
      toasts: toasts.map(toast => (takesKey(toast) ? { ...toast, isPassed: true } : toast)),
    }))
}

export function Toasts() {
  const toasts = useStore(toastStore, state => state.toasts)
  useActions(
    () => [
      {
        name: 'undo',
        label: 'Undo the last change',
        group: 'Anywhere',
        icon: 'undo',
        keys: 'mod+z',
        when: isUndoOffered,
        perform: undoNewest,
      },
    ],
    [],
  )
  return (
    <section className="toasts" aria-label="Notifications" aria-live="polite">
      {toasts.map(toast => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function ToastCard({ toast }: { toast: Toast }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isJob = toast.progress !== undefined
  const hold = () => clearTimeout(timer.current)
  const start = () => {
    hold()
    if (!isJob) timer.current = setTimeout(() => dismiss(toast.id), SHOWN_MS)
  }
  useEffect(() => {
    if (isJob) return undefined
    timer.current = setTimeout(() => dismiss(toast.id), SHOWN_MS)
    return () => clearTimeout(timer.current)
  }, [toast.id, isJob])
  const finish = (perform: () => void) => {
    dismiss(toast.id)
    perform()
  }
  return (
    <div className="toast" onPointerEnter={hold} onPointerLeave={start} onFocus={hold} onBlur={start}>
      {toast.icon && <Icon name={toast.icon} size={15} />}
      <span>{toast.text}</span>
      {isJob && (
        <span
          className={toast.progress === null ? 'progress busy' : 'progress'}
          role="progressbar"
          aria-label={toast.text}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(toast.progress === null ? {} : { 'aria-valuenow': Math.round((toast.progress ?? 0) * 100) })}
        >
          <i style={{ width: toast.progress === null ? '30%' : `${(toast.progress ?? 0) * 100}%` }} />
        </span>
      )}
      {typeof toast.progress === 'number' && <span className="k">{Math.round(toast.progress * 100)} %</span>}
      {toast.action && (
        <button type="button" onClick={() => finish(toast.action!.perform)}>
          {toast.action.label}
        </button>
      )}
      {toast.undo && (
        <button type="button" onClick={() => finish(toast.undo!)}>
          Undo {!toast.isPassed && <span className="k desk-only">{keyCaps('mod+z').join(' ')}</span>}
        </button>
      )}
    </div>
  )
}
