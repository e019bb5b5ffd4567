/** Where runs shall go: one of the projects that the reader may write to, or a new one. */

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { TransferKind } from '../../data/runs'
import { Button } from '../../ui/Button'
import { Combo } from '../../ui/Combo'
import { formatCount, plural } from '../../ui/format'
import { projectsQuery } from '../../features/home/model'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** `project`, or `entity/project`, as a path; empty if it is neither. */
export function goalOf(typed: string, entity: string): string {
  const parts = typed.trim().split('/')
  const named = parts.length === 1 ? [entity, ...parts] : parts
  return named.length === 2 && named.every(part => NAME.test(part)) ? named.join('/') : ''
}

export function TransferForm({
  kind,
  what,
  entity,
  project,
  liveCount,
  onGo,
  onDone,
}: {
  kind: TransferKind
  /** "calm-sea", "12 runs". */
  what: string
  entity: string
  project: string
  /** Runs that still run, and will stay. */
  liveCount: number
  onGo: (to: string) => void
  onDone: () => void
}) {
  const [typed, setTyped] = useState('')
  const { data } = useQuery(projectsQuery())
  const here = `${entity}/${project}`
  const options = useMemo(
    () =>
      (data?.projects ?? [])
        .filter(one => one.role !== 'viewer' && `${one.entity}/${one.name}` !== here)
        .map(one => ({
          value: `${one.entity}/${one.name}`,
          hint: plural(one.run_count, 'run'),
        })),
    [data, here],
  )
  const goal = goalOf(typed, entity)
  const isNew = goal !== '' && data !== undefined && !options.some(({ value }) => value === goal)
  const fault =
    typed.trim() === ''
      ? ''
      : goal === ''
        ? 'A project is named entity/project: letters, digits, . _ and -'
        : goal === here
          ? 'The runs are in this project already'
          : ''
  const isReady = goal !== '' && fault === ''
  const go = (): void => {
    if (!isReady) return
    onGo(goal)
    onDone()
  }
  return (
    <form
      className="task"
      onSubmit={event => {
        event.preventDefault()
        go()
      }}
    >
      <h2>
        {kind === 'move' ? 'Move' : 'Copy'} {what} to a project
      </h2>
      <Combo
        label="Project"
        placeholder="Name of the project"
        value={typed}
        options={options}
        autoFocus
        isBad={fault !== ''}
        onChange={setTyped}
        onPick={setTyped}
        onSubmit={go}
      />
      <p className="hint" role="status">
        {fault ||
          [
            isNew && `${goal} will be a new project.`,
            liveCount > 0 &&
              `${liveCount === 1 ? 'One of them still runs' : `${formatCount(liveCount)} still run`} and will stay.`,
            kind === 'move'
              ? 'Old links go on leading to them.'
              : 'What the runs made stays the originals’ in lineage.',
          ]
            .filter(Boolean)
            .join(' ')}
      </p>
      <div className="task-f">
        <Button kind="ghost" small onClick={onDone}>
          Cancel
        </Button>
        <Button small type="submit" disabled={!isReady}>
          {kind === 'move' ? 'Move' : 'Copy'}
        </Button>
      </div>
    </form>
  )
}
