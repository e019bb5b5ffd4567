/** Which chart a panel draws: one of ours, a preset of the team, a specification of its own, or what was logged. */

import { useQuery } from '@tanstack/react-query'
import { presetsQuery } from '../../data/presets'
import { Field, Select } from '../../ui/form'
import { failureOf } from '../../ui/failure'
import { usePanelServices } from '../context'
import type { ChartPanel } from '../schema'
import { PRESETS } from './presets'
import type { ChosenChart } from './schema'
import { useTemplate } from './template'

const OWN = '+'

export function ChartChoice({ panel, onChange }: { panel: ChartPanel; onChange: (chosen: ChosenChart) => void }) {
  const { entity } = usePanelServices()
  const { data, error } = useQuery(presetsQuery(entity))
  const { spec } = useTemplate(panel)
  const isOwn = panel.spec !== undefined
  return (
    <Field label="Chart">
      <Select
        label="Kind of chart"
        value={isOwn ? OWN : (panel.preset ?? '')}
        options={[
          { value: '', label: panel.source === 'logged' ? 'As it was logged' : 'None yet' },
          ...PRESETS.map(({ name, label }) => ({ value: name, label })),
          ...(data?.presets ?? []).map(({ name, label }) => ({
            value: `${entity}/${name}`,
            label: `${label || name} (${entity})`,
          })),
          { value: OWN, label: 'A specification of your own' },
        ]}
        onChange={next =>
          onChange(
            next === OWN
              ? { preset: undefined, spec: spec ?? { mark: 'point', encoding: {} } }
              : { preset: next || undefined, spec: undefined },
          )
        }
      />
      {error && <span className="help bad">{failureOf(error, '').detail}</span>}
    </Field>
  )
}
