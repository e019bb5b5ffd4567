/** Alerts of a project's runs, read once for all panels of a page and again now and then while panels show them. */

import type { Happening } from '../../charts/model'
import type { Alert, ProjectApi } from '../../data/project'
import type { AxisKind } from '../../charts/ticks'
import type { DrawnRun } from '../context'
import { runStyle } from '../../charts/palette'

const AGAIN_MS = 60_000
/** The first picture is worth more than its alerts. */
const FIRST_MS = 1200

export class Alerts {
  private readonly api: Pick<ProjectApi, 'alerts'>
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined
  all: readonly Alert[] = []

  constructor(api: Pick<ProjectApi, 'alerts'>) {
    this.api = api
  }

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

  private async read(): Promise<void> {
    try {
      const { alerts } = await this.api.alerts()
      const isNew = alerts.length !== this.all.length || alerts.at(-1)?.id !== this.all.at(-1)?.id
      this.all = alerts
      if (isNew) for (const listener of this.listeners) listener()
    } catch {
      // Charts are right without them; the next reading may succeed.
    }
    if (this.listeners.size > 0) this.timer = setTimeout(() => void this.read(), AGAIN_MS)
  }
}

const byApi = new WeakMap<object, Alerts>()

export function alertsOf(api: ProjectApi): Alerts {
  let made = byApi.get(api)
  if (!made) byApi.set(api, (made = new Alerts(api)))
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
        colour: (of.style ?? runStyle(of.ordinal)).colour,
        kind: isLoud ? ('alert' as const) : ('warning' as const),
        text: `${of.name}: ${title}${text ? `, ${text}` : ''}`,
      },
    ]
  })
}
