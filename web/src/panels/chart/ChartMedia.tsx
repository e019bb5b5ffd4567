/** A logged chart among other media. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Missing } from '../media/Missing'
import type { ChartValue } from '../media/values'
import { ChartFigure } from './ChartFigure'
import { filled, rowsOfTable } from './schema'
import { useTemplate } from './template'
import { readTable } from './useRows'

export function ChartMedia({
  value,
  name,
  width,
  height,
}: {
  value: ChartValue
  name: string
  width: number
  height: number
}) {
  const { file, fields, strings } = value
  const { data, error, refetch } = useQuery({
    queryKey: ['chart-table', file.digest || file.url],
    queryFn: ({ signal }) => readTable(value, signal),
    enabled: file.url !== '',
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    retry: false,
  })
  const template = useTemplate(value)
  const spec = useMemo(
    () => (template.spec ? filled(template.spec, fields, strings) : null),
    [template.spec, fields, strings],
  )
  const rows = useMemo(() => {
    try {
      return data === undefined ? null : rowsOfTable(data, fields)
    } catch {
      return []
    }
  }, [data, fields])
  if (file.url === '' || error) return <Missing file={file} onRetry={error && (() => void refetch())} />
  if (template.fault !== '') return <span className="im-missing">{template.fault}.</span>
  if (template.error) return <span className="im-missing">The preset “{value.preset}” could not be read.</span>
  if (!rows || !spec) return <span className="im-missing">Reading…</span>
  return <ChartFigure {...{ spec, rows, name, width, height }} />
}
