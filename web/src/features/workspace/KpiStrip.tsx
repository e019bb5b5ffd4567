/** Up to six figures above the sections, each a panel of its own kind. */

import { memo } from 'react'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { kindOf, type Panel } from '../../panels/registry'
import { IconButton } from '../../ui/Button'
import { useDesk } from './desk'
import { UnknownPanel, useIntents } from './PanelSlot'
import { KPIS_MAX } from './view'

export const KpiStrip = memo(function KpiStrip({
  kpis,
  runs,
  settings,
}: {
  kpis: readonly Panel[]
  runs: readonly DrawnRun[]
  settings: PanelSettings
}) {
  const desk = useDesk()
  if (kpis.length === 0) return null
  const hasRoom = kpis.length < KPIS_MAX
  return (
    <section className="panel kpi-strip" aria-label="Figures">
      {kpis.slice(0, KPIS_MAX).map(panel => (
        <Kpi key={panel.id} panel={panel} runs={runs} settings={settings} />
      ))}
      {hasRoom && (
        <IconButton
          small
          icon="plus"
          className="kpi-add"
          label="Add figure"
          onClick={() => desk.ui.setState({ adding: { section: null, kind: 'kpi' } })}
        />
      )}
    </section>
  )
})

function Kpi({ panel, runs, settings }: { panel: Panel; runs: readonly DrawnRun[]; settings: PanelSettings }) {
  const intents = useIntents(panel.id)
  const kind = kindOf(panel)
  return (
    <div className="kpi-cell" data-panel={panel.id}>
      {kind ? (
        <kind.View panel={panel} runs={runs} settings={settings} isNear isFull={false} intents={intents} />
      ) : (
        <UnknownPanel panel={panel} intents={intents} />
      )}
    </div>
  )
}
