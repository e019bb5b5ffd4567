/** One opened run page: its data outside React, and what hints do to it. Made when the page opens, closed when it is left. */

import { HoverBus } from '../../charts/hover'
import { liveHub } from '../../data/live/browser'
import { MetricStore } from '../../data/metricStore'
import { ProjectApi } from '../../data/project'
import { RunApi } from '../../data/run'
import { SeriesLoader } from '../../data/seriesLoader'

export class RunSession {
  readonly entity: string
  readonly project: string
  readonly run: string
  readonly api: RunApi
  readonly projectApi: ProjectApi
  readonly store = new MetricStore()
  readonly hover = new HoverBus()
  readonly loader: SeriesLoader
  private readonly listeners = new Set<() => void>()

  constructor(entity: string, project: string, run: string) {
    this.entity = entity
    this.project = project
    this.run = run
    this.api = new RunApi(entity, project, run)
    this.projectApi = new ProjectApi(entity, project)
    this.loader = new SeriesLoader(this.store, this.projectApi.readSeries)
  }

  /** Begins to listen; the answer ends it. */
  open(): () => void {
    return liveHub().watch(
      `${this.entity}/${this.project}`,
      hint => {
        if (hint.run !== this.run) return
        this.loader.hint(this.run, hint.kind === 'series' ? (hint.step ?? -1) : -1, hint.keys ?? [])
        this.changed()
      },
      () => {
        this.loader.catchUp()
        this.changed()
      },
    )
  }

  /** Calls `listener` when something of the run changed on the server. Answers how to stop that. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}
