/** A menu of the project's newest runs, for what is measured or laid against this one. */

import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { Menu, MenuChoice, MenuLabel } from '../../ui/Menu'
import { useRunPlace } from './useRun'

const RUNS_MAX = 40

export function useOtherRuns() {
  const { session, base } = useRunPlace()
  const { data } = useQuery({
    queryKey: ['newest-runs', session.entity, session.project],
    queryFn: ({ signal }) =>
      session.projectApi.runs(
        {
          filter: '',
          search: '',
          sort: [{ key: 'created_at', descending: true }],
          columns: [],
          cursor: '',
          limit: RUNS_MAX,
        },
        signal,
      ),
    staleTime: 30_000,
  })
  const runs = (data?.runs ?? []).filter(run => run.id !== session.run)
  return base && !runs.some(run => run.id === base.id) ? [base, ...runs] : runs
}

export function RunChooser({
  title,
  value,
  none,
  trigger,
  onChange,
}: {
  title: string
  value: string
  /** Words for choosing nothing; absent: something must be chosen. */
  none?: string
  trigger: ReactElement
  onChange: (id: string) => void
}) {
  const runs = useOtherRuns()
  return (
    <Menu label={title} className="scrolls" align="end" trigger={trigger}>
      <MenuLabel>{runs.length === 0 ? 'There is no other run' : title}</MenuLabel>
      <MenuChoice
        value={value}
        options={[
          ...(none === undefined ? [] : [{ value: 'none', label: none }]),
          ...runs.map(run => ({ value: run.id, label: run.name })),
        ]}
        onChange={onChange}
      />
    </Menu>
  )
}
