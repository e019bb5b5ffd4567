/** What happened to runs of a project: read once for all panels of a page, and again now and then while panels show it. */

import type { Happening } from '../../charts/model'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { AxisKind } from '../../charts/ticks'
import type { Alert, Checkpoint, ProjectApi, Turn } from '../../data/project'
import type { DrawnRun } from '../context'

const AGAIN_MS = 60_000
/** The first picture is worth more than its marks. */
const FIRST_MS = 1200
/** Runs that one question may name. */
const RUNS_MAX = 1000

abstract class Followed<T> {
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined
  all: readonly T[] = []

  protected abstract ask(): Promise<readonly T[]>
  /** Tells two answers apart. */
  protected abstract markOf(all: readonly T[]): string

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    this.timer ??= setTimeout(() => void this.read(), FIRST_MS)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      clearTimeout(this.timer)
      this.timer = undefined
    }
  }

  /** Something new is wanted: not in a minute, but soon. */
  protected again(): void {
    if (this.listeners.size === 0) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.read(), FIRST_MS)
  }

  private async read(): Promise<void> {
    try {
      const all = await this.ask()
      const isNew = this.markOf(all) !== this.markOf(this.all)
      this.all = all
      if (isNew) for (const listener of this.listeners) listener()
    } catch {
      // Charts are right without them; the next reading may succeed.
    }
    clearTimeout(this.timer)
    if (this.listeners.size > 0) this.timer = setTimeout(() => void this.read(), AGAIN_MS)
  }
}

export class Alerts extends Followed<Alert> {
  private readonly api: Pick<ProjectApi, 'alerts'>

  constructor(api: Pick<ProjectApi, 'alerts'>) {
    super()
    this.api = api
  }

  protected async ask(): Promise<readonly Alert[]> {
    return (await this.api.alerts()).alerts
  }

  protected markOf(all: readonly Alert[]): string {
    return `${all.length} ${all.at(-1)?.id}`
  }
}

/** Of the runs that panels have drawn. */
abstract class OfRuns<T> extends Followed<T> {
  private wanted: ReadonlySet<string> = new Set()

  want(runs: readonly string[]): void {
    if (runs.every(run => this.wanted.has(run))) return
    // Those asked for last are the ones that are looked at.
    this.wanted = new Set([...runs, ...this.wanted].slice(0, RUNS_MAX))
    this.again()
  }

  protected abstract askOf(runs: readonly string[]): Promise<readonly T[]>

  protected async ask(): Promise<readonly T[]> {
    return this.wanted.size === 0 ? [] : await this.askOf([...this.wanted])
  }
}

export class Checkpoints extends OfRuns<Checkpoint> {
  private readonly api: Pick<ProjectApi, 'checkpoints'>

  constructor(api: Pick<ProjectApi, 'checkpoints'>) {
    super()
    this.api = api
  }

  protected async askOf(runs: readonly string[]): Promise<readonly Checkpoint[]> {
    return (await this.api.checkpoints(runs)).checkpoints
  }

  protected markOf(all: readonly Checkpoint[]): string {
    return all.map(({ path, aliases }) => `${path} ${aliases.join()}`).join()
  }
}

/** Where runs were resumed or rewound. */
export class Turns extends OfRuns<Turn> {
  private readonly api: Pick<ProjectApi, 'turns'>

  constructor(api: Pick<ProjectApi, 'turns'>) {
    super()
    this.api = api
  }

  protected async askOf(runs: readonly string[]): Promise<readonly Turn[]> {
    return (await this.api.turns(runs)).turns
  }

  protected markOf(all: readonly Turn[]): string {
    return all.map(({ run, kind, at }) => `${run} ${kind} ${at}`).join()
  }
}

const alerts = new WeakMap<object, Alerts>()
const checkpoints = new WeakMap<object, Checkpoints>()
const turns = new WeakMap<object, Turns>()

export function alertsOf(api: ProjectApi): Alerts {
  let made = alerts.get(api)
  if (!made) alerts.set(api, (made = new Alerts(api)))
  return made
}

export function checkpointsOf(api: ProjectApi): Checkpoints {
  let made = checkpoints.get(api)
  if (!made) checkpoints.set(api, (made = new Checkpoints(api)))
  return made
}

export function turnsOf(api: ProjectApi): Turns {
  let made = turns.get(api)
  if (!made) turns.set(api, (made = new Turns(api)))
  return made
}

/** The alerts of `runs` on an axis that has places for them: steps and wall times. */
export function happeningsOf(alerts: readonly Alert[], runs: readonly DrawnRun[], axis: AxisKind): Happening[] {
  if (axis !== 'step' && axis !== 'time') return []
  const drawn = new Map(runs.map(run => [run.id, run]))
  return alerts.flatMap(({ run, title, text, level, step, time }) => {
    const of = drawn.get(run)
    if (!of || (axis === 'step' && step < 0)) return []
    const isLoud = level.toLowerCase() === 'error'
    return [
      {
        x: axis === 'step' ? step : time,
        colour: colourOf(of),
        kind: isLoud ? ('alert' as const) : ('warning' as const),
        text: `${of.name}: ${title}${text ? `, ${text}` : ''}`,
      },
    ]
  })
}

/** Their checkpoints, each leading to its page. */
export function marksOf(checkpoints: readonly Checkpoint[], runs: readonly DrawnRun[], axis: AxisKind): Happening[] {
  if (axis !== 'step' && axis !== 'time') return []
  const drawn = new Map(runs.map(run => [run.id, run]))
  return checkpoints.flatMap(({ run, path, type, step, at, aliases }) => {
    const of = drawn.get(run)
    if (!of) return []
    const [entity = '', project = '', ref = ''] = path.split('/')
    const colon = ref.lastIndexOf(':')
    const place = [entity, project, 'artifacts', type, ref.slice(0, colon), ref.slice(colon + 1)]
    const own = aliases.filter(alias => alias !== 'latest')
    return [
      {
        x: axis === 'step' ? step : at,
        colour: colourOf(of),
        kind: 'checkpoint' as const,
        text: `${of.name}: ${ref}${own.length > 0 ? `, ${own.join(', ')}` : ''}`,
        href: `/${place.map(encodeURIComponent).join('/')}`,
      },
    ]
  })
}

/** Where they were resumed or rewound. */
export function turnMarks(turns: readonly Turn[], runs: readonly DrawnRun[], axis: AxisKind): Happening[] {
  if (axis !== 'step' && axis !== 'time') return []
  const drawn = new Map(runs.map(run => [run.id, run]))
  return turns.flatMap(({ run, kind, step, at, user }) => {
    const of = drawn.get(run)
    // A kind of a newer server has no shape here.
    if (!of || (axis === 'step' && step < 0) || (kind !== 'resumed' && kind !== 'rewound')) return []
    const isResume = kind === 'resumed'
    const what = isResume ? `resumed after step ${formatCount(step)}` : `rewound to step ${formatCount(step)}`
    return [
      {
        x: axis === 'step' ? step : at,
        colour: colourOf(of),
        kind: isResume ? ('resume' as const) : ('rewind' as const),
        text: `${of.name}: ${step < 0 ? (isResume ? 'resumed before its first step' : 'rewound to its start') : what} by ${user}`,
      },
    ]
  })
}

const colourOf = (run: DrawnRun): string => (run.style ?? runStyle(run.ordinal)).colour
