/** Settings of a scatter plot. */

import { Field, Fields, Toggle } from '../../ui/form'
import { GoalField, KeyField, ScaleField } from '../editing'
import type { PanelEditorProps } from '../registry'
import type { ScatterPanel } from '../schema'

export function ScatterEditor({ panel, onChange }: PanelEditorProps<ScatterPanel>) {
  // What was picked on other axes means nothing on these.
  const unpicked = { brush: undefined, lasso: undefined }
  const toggle = (label: string, name: 'has_trend' | 'has_front' | 'has_running_best') => (
    <Field label={label}>
      <Toggle label={label} isOn={panel[name] ?? false} onChange={on => onChange({ [name]: on || undefined })} />
    </Field>
  )
  return (
    <Fields>
      <KeyField label="Across" value={panel.x ?? ''} onChange={x => onChange({ x, ...unpicked })} />
      <ScaleField label="Scale across" value={panel.x_scale ?? 'linear'} onChange={x_scale => onChange({ x_scale })} />
      <GoalField label="Better across" value={panel.goal_x ?? ''} onChange={goal_x => onChange({ goal_x })} />
      <KeyField label="Upwards" value={panel.y ?? ''} onChange={y => onChange({ y, ...unpicked })} />
      <ScaleField label="Scale upwards" value={panel.y_scale ?? 'linear'} onChange={y_scale => onChange({ y_scale })} />
      <GoalField label="Better upwards" value={panel.goal_y ?? ''} onChange={goal_y => onChange({ goal_y })} />
      <KeyField
        label="Colour"
        value={panel.colour ?? ''}
        none="each run its own"
        onChange={colour => onChange({ colour })}
      />
      <KeyField label="Size" value={panel.size ?? ''} none="all alike" onChange={size => onChange({ size })} />
      {toggle('Trend line', 'has_trend')}
      {toggle('Pareto front', 'has_front')}
      {toggle('Running best', 'has_running_best')}
    </Fields>
  )
}
