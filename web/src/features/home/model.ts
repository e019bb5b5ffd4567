/** Projects and what runs in them, as queries that the home page, the switcher and the palette share. */

import { queryOptions } from '@tanstack/react-query'
import { definitionFor } from '../../data/definitions'
import { ProjectApi, type Run } from '../../data/project'
import { type Project, projects } from '../../data/projects'
import { formatCount } from '../../ui/format'
import { matchesWords, scoreOf } from '../../ui/match'

const PAGE_ROWS = 500
/** More projects than this are not listed on one page; the list says so. */
export const LISTED_MAX = 2_000

export interface ProjectList {
  projects: Project[]
  /** All there are, also when fewer are listed. */
  total: number
}

async function readAll(entity: string, signal: AbortSignal): Promise<ProjectList> {
  const list: Project[] = []
  let cursor = ''
  let total = 0
  do {
    const page = await projects.list({ entity, cursor, limit: PAGE_ROWS }, signal)
    list.push(...page.projects)
    total = page.total
    cursor = page.next ?? ''
  } while (cursor !== '' && list.length < LISTED_MAX)
  return { projects: list, total }
}

/** Newest activity first. `entity` empty: everything the reader can see. */
export const projectsQuery = (entity = '') =>
  queryOptions({
    queryKey: ['projects', entity],
    queryFn: ({ signal }) => readAll(entity, signal),
    staleTime: 5_000,
  })

/** Projects asked for what runs in them; one request each. */
const WATCHED_PROJECTS = 8
const RUNS_PER_PROJECT = 20

/** A run on the home page, with the one metric that says most about it. */
export interface RunningRun extends Run {
  progress_step?: number
  progress_total?: number
  config?: Record<string, unknown>
  summary?: Record<string, unknown>
}

async function readRuns(list: readonly Project[], filter: string, signal: AbortSignal): Promise<RunningRun[]> {
  const pages = await Promise.all(
    list.map(({ entity, name }) =>
      new ProjectApi(entity, name).runs(
        {
          filter,
          search: '',
          sort: [{ key: 'created_at', descending: true }],
          columns: ['*'],
          cursor: '',
          limit: RUNS_PER_PROJECT,
        },
        signal,
      ),
    ),
  )
  return pages.flatMap(page => page.runs).toSorted((a, b) => b.created_at - a.created_at)
}

/** Runs that are going on, of the projects where the server counts any. */
export const runningQuery = (list: readonly Project[]) => {
  const live = list.filter(project => project.running_count > 0).slice(0, WATCHED_PROJECTS)
  return queryOptions({
    queryKey: ['running', live.map(({ entity, name }) => `${entity}/${name}`)],
    queryFn: ({ signal }) => readRuns(live, 'state in ["running", "pending", "preempting"]', signal),
    enabled: live.length > 0,
    refetchInterval: 5_000,
  })
}

/** Runs of the last days that ended badly: what a person wants to hear first. */
export const troubleQuery = (list: readonly Project[]) => {
  const active = list.slice(0, WATCHED_PROJECTS)
  return queryOptions({
    queryKey: ['trouble', active.map(({ entity, name }) => `${entity}/${name}`)],
    queryFn: ({ signal }) => readRuns(active, 'state in ["failed", "crashed"]', signal),
    enabled: active.length > 0,
    refetchInterval: 30_000,
  })
}

const TROUBLE_DAYS = 7

/** The newest troubles within a week. */
export function recentTrouble(runs: readonly RunningRun[], nowS: number): RunningRun[] {
  const ended = (run: RunningRun) => run.finished_at || run.heartbeat_at
  return runs
    .filter(run => nowS - ended(run) < TROUBLE_DAYS * 86_400)
    .toSorted((a, b) => ended(b) - ended(a))
    .slice(0, 5)
}

/** One sentence: where it was, how it ended, what is safe. */
export function troubleOf(run: RunningRun): string {
  const step = run.last_step >= 0 ? `step ${formatCount(run.last_step)}` : 'before its first step'
  if (run.state === 'crashed')
    return `In ${run.project}, silent since ${step}. What it logged is kept; it goes on if it speaks again.`
  return `In ${run.project}, at ${step}, with exit code ${run.exit_code ?? 'unknown'}.`.replace('at before', 'before')
}

export interface MainMetric {
  name: string
  value: number
}

const EVALUATION = /^(val|valid|validation|test|eval)[/_.]/i

/**
 * The metric that stands for a run: the first one with a goal; else a number of its summary, those of an evaluation first and
 * those that are only an input logged again, such as `lr`, last. Keys that start with an underscore are the recorder's own.
 */
export function mainMetric(run: RunningRun): MainMetric | null {
  const summary = run.summary ?? {}
  const names = Object.keys(summary).filter(name => !name.startsWith('_') && typeof summary[name] === 'number')
  const definitions = (run.definitions ?? []).filter(definition => definition.goal !== '')
  const withGoal =
    definitions.find(definition => names.includes(definition.name))?.name ??
    names.find(name => definitionFor(definitions, name))
  const rank = (name: string) => (EVALUATION.test(name) ? 0 : name in (run.config ?? {}) ? 2 : 1)
  const name = withGoal ?? names.toSorted((a, b) => rank(a) - rank(b))[0]
  return name === undefined ? null : { name, value: summary[name] as number }
}

export interface Progress {
  /** 0 to 1. */
  part: number
  step: number
  total: number
  /** At the pace so far; null while there is none. */
  leftS: number | null
}

/** How far a run is, if it said how far it goes. */
export function progressOf(run: RunningRun, nowS: number): Progress | null {
  const total = run.progress_total ?? 0
  if (total <= 0) return null
  const step = Math.min(Math.max(run.progress_step ?? 0, 0), total)
  const started = run.started_at || run.created_at
  const elapsed = nowS - started
  const leftS = step > 0 && elapsed > 0 ? ((total - step) * elapsed) / step : null
  return { part: step / total, step, total, leftS }
}

/** Every word of the query is in the name, the entity or the description. */
export function findProjects(list: readonly Project[], query: string): Project[] {
  return list.filter(({ entity, name, description }) => matchesWords(`${entity}/${name} ${description}`, query))
}

const FOUND_RUNS = 6
const SEARCHED_PROJECTS = 6

/** Runs found by name first, the best match on top; then those that hold the text elsewhere. Each once. */
export function namesFirst<T extends Pick<Run, 'entity' | 'project' | 'id' | 'name'>>(
  named: readonly T[],
  others: readonly T[],
  text: string,
): T[] {
  const byName = named.toSorted((a, b) => scoreOf(b.name, '', text) - scoreOf(a.name, '', text))
  const found = new Map([...byName, ...others].map(run => [`${run.entity}/${run.project}/${run.id}`, run]))
  return [...found.values()].slice(0, FOUND_RUNS)
}

/**
 * Runs whose name, tags, notes or config hold the text, of the given projects or the most recent of them. Names are asked for apart:
 * what people wrote about newer runs would else leave no room for them.
 */
export const foundRunsQuery = (list: readonly Pick<Project, 'entity' | 'name'>[], text: string) => {
  const searched = list.slice(0, SEARCHED_PROJECTS)
  return queryOptions({
    queryKey: ['found-runs', searched.map(({ entity, name }) => `${entity}/${name}`), text],
    queryFn: async ({ signal }): Promise<{ runs: Run[] }> => {
      const find = async (only_names: boolean): Promise<Run[]> => {
        const query = { filter: '', search: text, only_names, sort: [], columns: [], cursor: '', limit: FOUND_RUNS }
        const pages = await Promise.all(
          searched.map(({ entity, name }) => new ProjectApi(entity, name).runs(query, signal)),
        )
        return pages.flatMap(page => page.runs)
      }
      const [named, others] = await Promise.all([find(true), find(false)])
      return { runs: namesFirst(named, others, text) }
    },
    enabled: text !== '' && searched.length > 0,
    staleTime: 10_000,
  })
}
