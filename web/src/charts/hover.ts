/**
 * What the pointer is over, shared by every panel and the run list of a page: one run, and one x on one axis.
 *
 * Not React state: it changes with every pointer move, and each listener touches its own canvas or row only.
 */

export interface Hover {
  /** The run pointed at, or null. */
  run: string | null
  /** The place pointed at, or null. `axis` names what x counts; only panels of the same axis show it. */
  x: number | null
  axis: string
  /** Who pointed: a panel's id, or "list". The tip is shown there only. */
  source: string
}

const NOTHING: Hover = { run: null, x: null, axis: '', source: '' }

export class HoverBus {
  private current: Hover = NOTHING
  private readonly listeners = new Set<(now: Hover, before: Hover) => void>()

  get value(): Hover {
    return this.current
  }

  set(next: Partial<Hover>): void {
    const before = this.current
    const now = { ...before, ...next }
    if (now.run === before.run && now.x === before.x && now.axis === before.axis && now.source === before.source) return
    this.current = now
    for (const listener of this.listeners) listener(now, before)
  }

  clear(source: string): void {
    if (this.current.source === source) this.set(NOTHING)
  }

  subscribe(listener: (now: Hover, before: Hover) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
