/** Lines of groups of runs, read from the server: which runs have equal values, then their lines; again when runs have news. */

import type { DecodedGroup } from '../../data/arrow'
import type { ProjectApi } from '../../data/project'
import { groupsOfRuns } from '../../data/runKeys'
import type { GroupsQuestion } from './question'

/** Between two readings while runs log: an answer is computed over all runs of the groups. */
const AGAIN_MS = 3000
/** Which runs are in which group changes slowly. */
const MEMBERS_MS = 30_000
/** Series of one question at most, as the server has it; and groups that can still be told apart. */
const SERIES_MAX = 5000
const GROUPS_MAX = 200

export interface GroupsState {
  groups: readonly DecodedGroup[]
  /** The members of each group, by its label. */
  members: ReadonlyMap<string, readonly string[]>
  /** Runs of the set that take no part, because there are too many. */
  leftOutRuns: number
  leftOutGroups: number
  /** The question that `groups` answer. */
  question: string
  error: unknown
  isWaiting: boolean
}

const NOTHING: GroupsState = {
  groups: [],
  members: new Map(),
  leftOutRuns: 0,
  leftOutGroups: 0,
  question: '',
  error: null,
  isWaiting: false,
}

export class GroupsReader {
  private readonly api: Pick<ProjectApi, 'readGroups' | 'readRunKeys'>
  private readonly onChange: () => void
  private asked: GroupsQuestion | null = null
  private question = ''
  private membersOf = ''
  private membersAt = 0
  private found: { label: string; runs: string[] }[] = []
  private total = 0
  private abort = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined
  private readAt = 0
  state: GroupsState = NOTHING

  constructor(api: Pick<ProjectApi, 'readGroups' | 'readRunKeys'>, onChange: () => void) {
    this.api = api
    this.onChange = onChange
  }

  ask(asked: GroupsQuestion): void {
    const question = JSON.stringify(asked)
    if (question === this.question && this.state.error === null) return
    this.asked = asked
    this.question = question
    this.state = { ...this.state, isWaiting: true, error: null }
    void this.load()
  }

  /** Runs have news: what is drawn is read again soon. */
  news(): void {
    if (!this.asked || this.timer !== undefined) return
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
    this.asked = null
    this.question = ''
    this.membersOf = ''
    this.state = NOTHING
  }

  private async load(): Promise<void> {
    const { asked, question } = this
    if (!asked) return
    this.abort.abort()
    const abort = (this.abort = new AbortController())
    this.readAt = performance.now()
    try {
      await this.readMembers(asked, abort.signal)
      const some = this.found.slice(0, GROUPS_MAX)
      const groups = some.length > 0 ? await this.api.readGroups({ ...asked.request, groups: some }, abort.signal) : []
      if (abort.signal.aborted) return
      const drawn = some.reduce((sum, group) => sum + group.runs.length, 0)
      this.state = {
        groups,
        members: new Map(some.map(({ label, runs }) => [label, runs])),
        leftOutRuns: Math.max(0, this.total - drawn),
        leftOutGroups: this.found.length - some.length,
        question,
        error: null,
        isWaiting: false,
      }
    } catch (error) {
      if (abort.signal.aborted) return
      // What is drawn stays when reading the same again fails.
      this.state = { ...this.state, error: this.state.question === question ? null : error, isWaiting: false }
    }
    this.onChange()
  }

  private async readMembers({ runSet, by, request }: GroupsQuestion, signal: AbortSignal): Promise<void> {
    const wanted = JSON.stringify([runSet, by, request.keys.length])
    if (wanted === this.membersOf && performance.now() - this.membersAt < MEMBERS_MS) return
    const limit = Math.max(1, Math.floor(SERIES_MAX / Math.max(1, request.keys.length)))
    const table = await this.api.readRunKeys(runSet, by, limit, signal)
    this.found = groupsOfRuns(table)
    this.total = table.total
    this.membersOf = wanted
    this.membersAt = performance.now()
  }
}
