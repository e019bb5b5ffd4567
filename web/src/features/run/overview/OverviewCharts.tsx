/** The first charts of the run, with the baseline beside it: panels of the registry, as everywhere. */

import { useMemo, useRef, useState } from 'react'
import { axesOf, definedAxis, useDefined } from '../../../panels/axes'
import { PanelContext, type DrawnRun, type PanelServices, type PanelSettings } from '../../../panels/context'
import { automaticPanel } from '../../../panels/line/schema'
import { useNear } from '../../../panels/near'
import { kindOf, type Panel, type PanelIntents } from '../../../panels/registry'
import { resolveSettings } from '../../../panels/settings'
import type { Axis } from '../../../data/metricStore'
import { firstMetrics } from '../model'
import { type RunPlace, useRunPlace } from '../useRun'
import { useFollow } from '../../../ui/useFollow'
import { isLive } from '../../../data/project'

const CHARTS = 2

export function useServices(place: RunPlace, scroller: Element | null): PanelServices {
  const { session } = place
  const follow = useFollow()
  return useMemo(
    () => ({
      follow,
      store: session.store,
      loader: session.loader,
      hover: session.hover,
      read: session.projectApi.readSeries,
      scroller,
      api: session.projectApi,
      entity: session.entity,
      project: session.project,
    }),
    [session, scroller, follow],
  )
}

/** The run, and the baseline behind it. The same object while they are the same. */
export function useDrawn({ run, base }: Pick<RunPlace, 'run' | 'base'>, withBase = true): readonly DrawnRun[] {
  const live = isLive(run)
  const baseLive = base !== null && isLive(base)
  const { id, name, ordinal } = run
  const [otherId, otherName, otherOrdinal] = [base?.id, base?.name ?? '', base?.ordinal ?? 0]
  return useMemo(() => {
    const own: DrawnRun = { id, name, ordinal, isLive: live }
    if (!withBase || otherId === undefined) return [own]
    return [own, { id: otherId, name: otherName, ordinal: otherOrdinal, isLive: baseLive }]
  }, [id, name, ordinal, live, otherId, otherName, otherOrdinal, baseLive, withBase])
}

export function OverviewCharts() {
  const place = useRunPlace()
  const [scroller, setScroller] = useState<Element | null>(null)
  const services = useServices(place, scroller)
  const runs = useDrawn(place)
  const defined = useDefined(place.session.projectApi, runs, true)
  const axes = useMemo(() => axesOf(defined), [defined])
  const found = firstMetrics(place.run, CHARTS)
  const names = found.join('\u0000')
  const panels = useMemo(
    () => (names === '' ? [] : names.split('\u0000').map(key => automaticPanel('history', key, false))),
    [names],
  )
  return (
    <div className="two o2" ref={element => setScroller(element?.closest('.run-tab') ?? null)}>
      <PanelContext value={services}>
        {(defined ? panels : []).map(panel => (
          <Chart key={panel.id} panel={panel} runs={runs} scroller={scroller} axis={definedAxis(panel, axes)} />
        ))}
      </PanelContext>
      {panels.length === 0 && (
        <section className="panel">
          <p className="hint pad">Charts appear with the first logged number.</p>
        </section>
      )}
    </div>
  )
}

/** A panel with a zoom of its own. */
export function Chart({
  panel: given,
  runs,
  scroller,
  axis,
}: {
  panel: Panel
  runs: readonly DrawnRun[]
  scroller: Element | null
  axis?: Axis | undefined
}) {
  const place = useRef<HTMLDivElement>(null)
  const isNear = useNear(place, scroller)
  const [fields, setFields] = useState<Record<string, unknown>>({})
  const [zoom, setZoom] = useState<PanelSettings['zoom']>(null)
  const [isFull, setFull] = useState(false)
  const { change } = useRunPlace()
  const panel = useMemo(() => ({ ...given, ...fields }), [given, fields])
  const settings = useMemo(() => resolveSettings([axis === undefined ? undefined : { x: axis }], zoom), [axis, zoom])
  const intents = useMemo<PanelIntents>(
    () => ({
      onFull: () => setFull(full => !full),
      onZoom: setZoom,
      onZoomReset: () => setZoom(null),
      onStep: () => undefined,
      onChange: next => setFields(before => ({ ...before, ...next })),
      // Arranging panels is the charts tab's.
      onEdit: () => change({ tab: 'charts' }),
      onBrush: () => undefined,
      onOpenRun: () => undefined,
      onDuplicate: () => change({ tab: 'charts' }),
      onRemove: () => change({ tab: 'charts' }),
    }),
    [change],
  )
  const kind = kindOf(panel)
  return (
    // Escape leaves full screen, wherever in the panel the keyboard is.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={isFull ? 'panel-full' : 'chart-slot'}
      ref={place}
      data-panel={panel.id}
      onKeyDown={event => {
        if (event.key !== 'Escape' || !isFull) return
        event.stopPropagation()
        setFull(false)
      }}
    >
      {kind && (
        <kind.View panel={panel} runs={runs} settings={settings} isNear={isNear} isFull={isFull} intents={intents} />
      )}
    </div>
  )
}
