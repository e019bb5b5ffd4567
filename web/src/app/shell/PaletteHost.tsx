/** Fills the palette: actions of the page, runs, artifacts and projects as the server knows them. */

import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { ArtifactsApi } from '../../data/artifacts'
import { foundArtifactsQuery, iconOfType } from '../../features/artifacts/model'
import { findProjects, foundRunsQuery, projectsQuery } from '../../features/home/model'
import { canPerform, keysOf, useActionList } from '../../ui/actions'
import { CommandPalette, type PaletteGroup, type PaletteItem } from '../../ui/CommandPalette'
import { plural } from '../../ui/format'
import { StateGlyph } from '../../ui/icons'
import { scoreOf } from '../../ui/match'
import { usePlace } from './place'
import { showOverlay, useOverlay } from './useShellActions'

const ACTIONS_MAX = 6
const PROJECTS_MAX = 6
const TYPING_MS = 150

/** The value once it has stood still, so that a word is one request and not one a letter. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

export function PaletteHost() {
  return useOverlay() === 'palette' ? <OpenPalette /> : null
}

function OpenPalette() {
  const [query, setQuery] = useState('')
  const navigate = useNavigate()
  const { entity, project } = usePlace()
  const kind = query.startsWith('>') ? 'actions' : query.startsWith('#') ? 'runs' : 'all'
  // Never deferred: Enter right after the last letter must act on what that letter found.
  const text = query.replace(/^[>#]/, '').trim()
  const asked = useSettled(text, TYPING_MS)
  const close = () => showOverlay(null)
  const choose = (perform: () => void) => () => {
    close()
    // While the palette is there it keeps the focus, which some actions give to a field.
    setTimeout(perform)
  }

  const actions = useActionList()
  const projectList = useQuery({ ...projectsQuery(), enabled: kind === 'all' })
  const within =
    entity !== undefined && project !== undefined ? [{ entity, name: project }] : projectList.data?.projects
  const runs = useQuery(foundRunsQuery(kind === 'actions' ? [] : (within ?? []), asked))
  const artifactsApi = useMemo(
    () => (kind === 'all' && entity !== undefined && project !== undefined ? new ArtifactsApi(entity, project) : null),
    [kind, entity, project],
  )
  const artifacts = useQuery(foundArtifactsQuery(artifactsApi, asked))

  const actionItems = useMemo(
    () =>
      kind === 'runs'
        ? []
        : actions
            .filter(action => !action.isHidden && canPerform(action))
            .map(action => ({ action, score: scoreOf(action.label, `${action.group} ${action.words ?? ''}`, text) }))
            .filter(({ score }) => score >= 0)
            .toSorted((a, b) => b.score - a.score)
            .slice(0, kind === 'actions' ? undefined : ACTIONS_MAX)
            .map(({ action }) => action),
    [actions, kind, text],
  )

  const groups: PaletteGroup[] = []
  const add = (title: string, items: PaletteItem[]) => items.length > 0 && groups.push({ title, items })
  const actionGroup = () =>
    add(
      'Actions',
      actionItems.map(action => ({
        id: `action ${action.name}`,
        label: action.group === 'Go to' ? `Go to ${action.label}` : action.label,
        icon: action.icon ?? 'arrow',
        keys: keysOf(action)[0],
        onSelect: choose(action.perform),
      })),
    )
  actionGroup()
  if (kind !== 'actions' && text !== '') {
    add(
      'Runs',
      (runs.data?.runs ?? []).map(run => ({
        id: `run ${run.entity}/${run.project}/${run.id}`,
        label: run.name,
        icon: 'workspace',
        glyph: <StateGlyph state={run.state} />,
        note: project === undefined ? `${run.entity}/${run.project}` : run.tags.join(', '),
        onSelect: choose(
          () =>
            void navigate({
              to: '/$entity/$project/runs/$run',
              params: { entity: run.entity, project: run.project, run: run.id },
            }),
        ),
      })),
    )
  }
  if (kind === 'all' && text !== '') {
    add(
      'Artifacts',
      (artifacts.data?.collections ?? []).map(({ entity, project, type, name }) => ({
        id: `artifact ${type}/${name}`,
        label: name,
        icon: iconOfType(type),
        note: type,
        onSelect: choose(
          () =>
            void navigate({
              to: '/$entity/$project/artifacts/$type/$name',
              params: { entity, project, type, name },
            }),
        ),
      })),
    )
  }
  if (kind === 'all') {
    add(
      'Projects',
      findProjects(projectList.data?.projects ?? [], text)
        .slice(0, PROJECTS_MAX)
        .map(found => ({
          id: `project ${found.entity}/${found.name}`,
          label: found.name,
          icon: 'folder',
          note: `${found.entity}, ${plural(found.run_count, 'run')}`,
          onSelect: choose(
            () => void navigate({ to: '/$entity/$project', params: { entity: found.entity, project: found.name } }),
          ),
        })),
    )
  }

  const isAsking = text !== '' && kind !== 'actions' && (asked !== text || runs.isFetching || artifacts.isFetching)
  const status = isAsking
    ? groups.length === 0 && 'Searching…'
    : runs.isError
      ? `Runs could not be searched: ${runs.error.message}`
      : groups.length === 0 && `Nothing here is called “${text}”.`
  return (
    <CommandPalette
      isOpen
      onClose={close}
      query={query}
      onQuery={setQuery}
      groups={groups}
      status={status}
      hint={project === undefined ? undefined : `in ${project}`}
    />
  )
}
