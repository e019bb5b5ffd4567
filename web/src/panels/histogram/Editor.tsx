/** Settings of histograms over steps. */

import { useMemo } from 'react'
import { Field, Fields, KeyPicker, Select } from '../../ui/form'
import { useRunColumns } from '../columns'
import type { PanelEditorProps } from '../registry'
import type { HistogramPanel } from '../schema'

export function HistogramEditor({ panel, onChange }: PanelEditorProps<HistogramPanel>) {
  const { metric = '', draw = 'heatmap', scale = 'count' } = panel
  const columns = useRunColumns(true)
  const options = useMemo(
    () =>
      (columns ?? [])
        .filter(column => column.kinds.includes('histogram'))
        .map(({ key }) => ({ key, hint: 'histogram' })),
    [columns],
  )
  return (
    <Fields>
      <Field
        label="Histogram"
        isWide
        {...(options.length === 0 ? { help: 'No run has logged a histogram yet: assay.Histogram(values).' } : {})}
      >
        <KeyPicker
          label="Histogram"
          value={metric}
          options={options}
          none="the first"
          onChange={metric => onChange({ metric: metric || undefined })}
        />
      </Field>
      <Field label="Draw">
        <Select
          label="Draw"
          value={draw}
          options={[
            { value: 'heatmap', label: 'Heat map over steps' },
            { value: 'ridge', label: 'Ridges' },
            { value: 'overlay', label: 'Runs at one step' },
          ]}
          onChange={draw => onChange({ draw: draw === 'heatmap' ? undefined : draw })}
        />
      </Field>
      <Field label="Height">
        <Select
          label="Height"
          value={scale}
          options={[
            { value: 'count', label: 'Counts' },
            { value: 'log', label: 'Counts, logarithmic' },
            { value: 'density', label: 'Density' },
          ]}
          onChange={scale => onChange({ scale: scale === 'count' ? undefined : scale })}
        />
      </Field>
    </Fields>
  )
}
