/**
 * Hints that something changed, pushed by the server: one event stream per browser, held by one tab and shared with the others.
 *
 * HTTP/1.1 allows about six connections per server, so a stream per tab would starve the seventh tab. A Web Lock elects the tab
 * that holds the stream; a BroadcastChannel carries what tabs want and what the stream says. Where either is missing, each tab
 * holds its own. A hidden tab wants nothing. Everything outside is handed in: the tests hold time and the stream.
 */

/** `assay.wire.messages.series.LiveHint`. */
export interface LiveHint {
  kind: 'series' | 'run' | 'runs' | 'project'
  entity: string
  project: string
  run?: string
  step?: number
  keys?: string[]
}

/** `off`: nothing on this page is live. `stale`: the connection is lost and being tried again. */
export type LiveStatus = 'off' | 'connecting' | 'live' | 'paused' | 'stale'

export interface LiveState {
  status: LiveStatus
  /** When the stream last said anything, in milliseconds since the epoch; 0: never. */
  heardAt: number
}

export interface Stream {
  close(): void
}

export interface StreamEvents {
  onOpen(): void
  onHint(hint: LiveHint): void
  onError(): void
}

export interface Channel {
  post(message: Message): void
  onMessage(listener: (message: Message) => void): void
}

export type Message =
  | { kind: 'want'; tab: string; projects: string[] }
  | { kind: 'ask' }
  /** `isGap`: between two streams hints may have been missed. */
  | { kind: 'status'; isConnected: boolean; projects: string[]; isGap?: boolean }
  | { kind: 'hint'; hint: LiveHint }

export interface Outside {
  tab: string
  open(projects: string[], events: StreamEvents): Stream
  /** Resolves when this tab may hold the stream; until `signal` fires it stays so. */
  lead(signal: AbortSignal, elected: () => void): void
  channel: Channel
  now(): number
  after(ms: number, call: () => void): () => void
  random(): number
}

export type HintListener = (hint: LiveHint) => void
/** Called when hints may have been missed: read again what is on screen. */
export type GapListener = () => void

const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]
/** A tab that has not said for this long what it wants is gone. */
const FORGET_MS = 45_000
const REPEAT_MS = 15_000

export class LiveHub {
  private readonly outside: Outside
  private state: LiveState = { status: 'off', heardAt: 0 }
  private readonly stateListeners = new Set<() => void>()
  private readonly watchers = new Map<string, Set<{ onHint: HintListener; onGap: GapListener }>>()
  private readonly wanted = new Map<string, { projects: string[]; at: number }>()
  private isLeader = false
  private isVisible = true
  private isPaused = false
  private isConnected = false
  private hasGap = false
  /** Another tab's stream speaks to this one. */
  private isFed = false
  private stream: Stream | null = null
  private streamOf = ''
  private attempt = 0
  private cancelRetry: (() => void) | null = null
  private cancelRepeat: (() => void) | null = null
  private leading: AbortController | null = null

  constructor(outside: Outside) {
    this.outside = outside
    outside.channel.onMessage(message => this.receive(message))
  }

  getState = (): LiveState => this.state

  subscribe = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  /** Hints of `entity/project` until the returned function is called. */
  watch(project: string, onHint: HintListener, onGap: GapListener): () => void {
    const watcher = { onHint, onGap }
    const watchers = this.watchers.get(project) ?? new Set()
    this.watchers.set(project, watchers.add(watcher))
    this.announce()
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.watchers.delete(project)
      this.announce()
    }
  }

  pause(isPaused: boolean): void {
    if (this.isPaused === isPaused) return
    this.isPaused = isPaused
    this.settle()
    if (!isPaused) this.gap()
  }

  setVisible(isVisible: boolean): void {
    if (this.isVisible === isVisible) return
    this.isVisible = isVisible
    if (!isVisible) this.hasGap = true
    this.announce()
  }

  /** Try the connection now instead of waiting for the next attempt. */
  retry(): void {
    this.attempt = 0
    this.hold(true)
  }

  // ---- what this tab wants

  private projects(): string[] {
    return this.isVisible ? [...this.watchers.keys()].toSorted() : []
  }

  private announce(): void {
    const projects = this.projects()
    this.remember(this.outside.tab, projects)
    this.outside.channel.post({ kind: 'want', tab: this.outside.tab, projects })
    this.cancelRepeat?.()
    this.cancelRepeat = projects.length > 0 ? this.outside.after(REPEAT_MS, () => this.announce()) : null
    if (projects.length > 0 && !this.leading) {
      this.leading = new AbortController()
      this.outside.channel.post({ kind: 'ask' })
      this.outside.lead(this.leading.signal, () => {
        this.isLeader = true
        // What was said between that tab's stream and this one's is known to nobody.
        if (this.isFed) this.hasGap = true
        this.isFed = false
        this.hold()
      })
    } else if (projects.length === 0 && this.leading) {
      // A tab that wants nothing lets another one hold the stream.
      this.leading.abort()
      this.leading = null
      this.isLeader = false
      this.isFed = false
      this.drop()
    }
    this.hold()
    this.settle()
  }

  private remember(tab: string, projects: string[]): void {
    if (projects.length > 0) this.wanted.set(tab, { projects, at: this.outside.now() })
    else this.wanted.delete(tab)
  }

  // ---- the stream, in the tab that holds it

  private hold(isForced = false): void {
    if (!this.isLeader) return
    const oldest = this.outside.now() - FORGET_MS
    for (const [tab, { at }] of this.wanted) if (at < oldest) this.wanted.delete(tab)
    const projects = [...new Set([...this.wanted.values()].flatMap(want => want.projects))].toSorted()
    const name = projects.join('\n')
    if (name === this.streamOf && !isForced) return
    if (this.stream && this.isConnected) this.hasGap = true
    this.drop()
    this.streamOf = name
    if (projects.length === 0) return
    this.stream = this.outside.open(projects, {
      onOpen: () => {
        this.attempt = 0
        this.connected(true)
      },
      onHint: hint => {
        if (!this.isConnected) this.connected(true)
        this.outside.channel.post({ kind: 'hint', hint })
        this.deliver(hint)
      },
      onError: () => {
        // What it was for is kept: only the timer, or another wish, may open it again.
        this.stream?.close()
        this.stream = null
        this.connected(false)
        const wait = RETRY_MS[Math.min(this.attempt++, RETRY_MS.length - 1)] as number
        // Half of it at random, so that a restarted server is not met by every browser at once.
        this.cancelRetry = this.outside.after(wait * (0.5 + this.outside.random() / 2), () => this.hold(true))
      },
    })
  }

  private drop(): void {
    this.cancelRetry?.()
    this.cancelRetry = null
    this.stream?.close()
    this.stream = null
    this.streamOf = ''
  }

  private connected(isConnected: boolean): void {
    const projects = this.streamOf.split('\n').filter(Boolean)
    this.outside.channel.post({ kind: 'status', isConnected, projects, isGap: this.hasGap })
    this.status(isConnected)
  }

  // ---- what the stream says, in every tab

  private receive(message: Message): void {
    switch (message.kind) {
      case 'want':
        this.remember(message.tab, message.projects)
        this.hold()
        break
      case 'ask':
        if (this.isLeader && this.stream) this.connected(this.isConnected)
        break
      case 'status':
        if (!this.isLeader) {
          this.isFed = message.isConnected
          if (message.isGap) this.hasGap = true
          this.status(message.isConnected)
        }
        break
      case 'hint':
        if (!this.isLeader) {
          this.isConnected = true
          this.isFed = true
          this.deliver(message.hint)
        }
        break
    }
  }

  private status(isConnected: boolean): void {
    if (!isConnected) this.hasGap = true
    this.isConnected = isConnected
    if (isConnected) this.state = { ...this.state, heardAt: this.outside.now() }
    this.settle()
    if (isConnected && this.hasGap && !this.isPaused && this.isVisible) this.gap()
  }

  private deliver(hint: LiveHint): void {
    if (!this.isVisible) return
    this.state = { ...this.state, heardAt: this.outside.now() }
    this.settle()
    if (this.isPaused) {
      this.hasGap = true
      return
    }
    for (const { onHint } of this.watchers.get(`${hint.entity}/${hint.project}`) ?? []) onHint(hint)
  }

  private gap(): void {
    this.hasGap = false
    for (const watchers of this.watchers.values()) for (const { onGap } of watchers) onGap()
  }

  private settle(): void {
    const status = this.statusNow()
    const before = this.state.status
    if (status !== before) {
      this.state = { ...this.state, status }
      for (const listener of this.stateListeners) listener()
    }
  }

  private statusNow(): LiveStatus {
    if (this.watchers.size === 0) return 'off'
    if (this.isPaused) return 'paused'
    if (this.isConnected) return 'live'
    return this.hasGap && this.state.heardAt > 0 ? 'stale' : this.attempt > 0 ? 'stale' : 'connecting'
  }
}
