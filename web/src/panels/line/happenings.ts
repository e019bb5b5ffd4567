/** What happened to runs of a project: read once for all panels of a page, and again now and then while panels show it. */

import type { Happening } from '../../charts/model'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { AxisKind } from '../../charts/ticks'
import type { Alert, Checkpoint, ProjectApi, Turn } from '../../data/project'
import type { DrawnRun } from '../context'
import { Followed, OfSome } from './followed'

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

export class Checkpoints extends OfSome<Checkpoint> {
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
export class Turns extends OfSome<Turn> {
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
