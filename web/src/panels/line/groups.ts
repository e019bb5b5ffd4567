/** Lines of groups of runs, read from the server: watched like series, read again when a run of the project has news. */

import type { DecodedGroup } from '../../data/arrow'
import type { GroupsRequest } from '../../data/seriesLoader'

export type ReadGroups = (request: GroupsRequest, signal: AbortSignal) => Promise<DecodedGroup[]>

/** Between two readings while runs log: an answer is computed over all runs of the groups. */
const AGAIN_MS = 3000

export interface GroupsState {
  groups: readonly DecodedGroup[]
  /** The question that `groups` answer. */
  question: string
  error: unknown
  isWaiting: boolean
}

export class GroupsReader {
  private readonly read: ReadGroups
  private readonly onChange: () => void
  private request: GroupsRequest | null = null
  private question = ''
  private abort = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined
  private readAt = 0
  state: GroupsState = { groups: [], question: '', error: null, isWaiting: false }

  constructor(read: ReadGroups, onChange: () => void) {
    this.read = read
    this.onChange = onChange
  }

  ask(request: GroupsRequest): void {
    const question = JSON.stringify(request)
    if (question === this.question && this.state.error === null) return
    this.request = request
    this.question = question
    this.state = { ...this.state, isWaiting: true, error: null }
    void this.load()
  }

  /** Runs have news: what is drawn is read again soon. */
  news(): void {
    if (!this.request || this.timer !== undefined) return
    const wait = Math.max(0, this.readAt + AGAIN_MS - performance.now())
    this.timer = setTimeout(() => {
      this.timer = undefined
      void this.load()
    }, wait)
  }

  stop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.abort.abort()
    this.request = null
    this.question = ''
    this.state = { groups: [], question: '', error: null, isWaiting: false }
  }

  private async load(): Promise<void> {
    const { request, question } = this
    if (!request) return
    this.abort.abort()
    const abort = (this.abort = new AbortController())
    this.readAt = performance.now()
    try {
      const groups = await this.read(request, abort.signal)
      if (abort.signal.aborted) return
      this.state = { groups, question, error: null, isWaiting: false }
    } catch (error) {
      if (abort.signal.aborted) return
      // What is drawn stays when reading again fails.
      this.state = { ...this.state, error: this.state.question === question ? null : error, isWaiting: false }
    }
    this.onChange()
  }
}
