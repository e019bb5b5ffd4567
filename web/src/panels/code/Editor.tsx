/** Settings of a code comparer. */

import { Field, Fields, TextField, Toggle } from '../../ui/form'
import type { PanelEditorProps } from '../registry'
import type { CodePanel } from '../schema'

export function CodeEditor({ panel, onChange }: PanelEditorProps<CodePanel>) {
  const { left = '', right = '', path = '', is_unified: isUnified = false } = panel
  return (
    <Fields>
      <Field
        label="Left run"
        isWide
        help="A run's id, or “commit”: the right run's file before its uncommitted changes."
      >
        <TextField
          label="Left run"
          isMono
          value={left}
          placeholder="the baseline"
          onChange={left => onChange({ left: left || undefined })}
        />
      </Field>
      <Field label="Right run" isWide>
        <TextField
          label="Right run"
          isMono
          value={right}
          placeholder="the first drawn"
          onChange={right => onChange({ right: right || undefined })}
        />
      </Field>
      <Field label="File" isWide>
        <TextField
          label="File"
          isMono
          value={path}
          placeholder="the first that differs"
          onChange={path => onChange({ path: path || undefined })}
        />
      </Field>
      <Field label="Unified">
        <Toggle label="Unified" isOn={isUnified} onChange={on => onChange({ is_unified: on || undefined })} />
      </Field>
    </Fields>
  )
}
