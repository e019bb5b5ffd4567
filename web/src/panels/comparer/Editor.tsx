/** Settings of a run comparer. */

import { Field, Fields, TextField, Toggle } from '../../ui/form'
import type { PanelEditorProps } from '../registry'
import type { ComparerPanel } from '../schema'

export function ComparerEditor({ panel, onChange }: PanelEditorProps<ComparerPanel>) {
  const { runs = [], base = '', is_diff_only: isDiffOnly = true } = panel
  return (
    <Fields>
      <Field label="Runs" isWide help="Ids of runs, apart by commas. Empty: the drawn ones.">
        <TextField
          label="Runs"
          isMono
          placeholder="the drawn runs"
          value={runs.join(', ')}
          onChange={text => {
            const ids = text.split(/[\s,]+/).filter(Boolean)
            onChange({ runs: ids.length > 0 ? [...new Set(ids)] : undefined })
          }}
        />
      </Field>
      <Field label="Base" isWide help="The id of the run that others are compared with.">
        <TextField
          label="Base"
          isMono
          placeholder="the baseline, else the first"
          value={base}
          onChange={id => onChange({ base: id || undefined })}
        />
      </Field>
      <Field label="Differences only">
        <Toggle
          label="Differences only"
          isOn={isDiffOnly}
          onChange={on => onChange({ is_diff_only: on ? undefined : false })}
        />
      </Field>
    </Fields>
  )
}
