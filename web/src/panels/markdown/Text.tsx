/** Rendered text with its formulas, live values and links to runs. Used by the panel and by the preview of its editor. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { FactTip } from '../../charts/factTip'
import { pathOf } from '../../data/client'
import { asNumber } from '../../data/exactIntegers'
import { peopleQuery } from '../../data/mentions'
import type { ProjectApi, Run } from '../../data/project'
import { formatAgo } from '../../ui/format'
import { useDefinitions } from '../columns'
import { usePanelServices } from '../context'
import { pickCondition } from '../keys'
import { useRunValues } from '../runValues'
import { valueText } from '../valueText'
import { liveText, parseLive, wantedBy } from './live'
import { liveExpressions, renderMarkdown } from './parse'
import './markdown.css'

const CARD_AFTER_MS = 250
const CARD_VALUES = 5

export function MarkdownText({ text, isNear }: { text: string; isNear: boolean }) {
  const services = usePanelServices()
  const { api: project, entity } = services
  const place = useRef<HTMLDivElement>(null)
  const live = useMemo(() => liveExpressions(text).map(parseLive), [text])
  const hasLive = live.some(value => value !== null)
  const definitions = useDefinitions(isNear && hasLive)
  const wanted = useMemo(() => wantedBy(live, definitions), [live, definitions])
  const all = useRunValues(wanted.keys, { isOn: isNear && wanted.keys.length > 0 }).values
  const { data: named } = useQuery({
    queryKey: ['named-values', project.path, wanted.names, wanted.runKeys],
    queryFn: async ({ signal }) => {
      const filter = `${pickCondition('name', wanted.names)} or ${pickCondition('id', wanted.names)}`
      const sort = [{ key: 'created_at', descending: true }]
      const asked = { filter, search: '', sort, columns: wanted.runKeys, cursor: '', limit: 1000 }
      return (await project.runs(asked, signal)).runs
    },
    enabled: isNear && wanted.names.length > 0,
    structuralSharing: false,
    staleTime: 10_000,
  })

  const { data: people } = useQuery({ ...peopleQuery(project.path), enabled: isNear && text.includes('@') })

  // What was rendered is the browser's from here on: live values change its text, no component renders.
  useLayoutEffect(() => {
    const host = place.current
    if (!host) return
    host.replaceChildren(renderMarkdown(text))
    for (const link of host.querySelectorAll<HTMLAnchorElement>('a[data-run]'))
      link.href = new URL(
        `${pathOf(entity, services.project)}/runs/${pathOf(link.dataset.run ?? '')}`,
        document.baseURI,
      ).href
    void fillMath(host)
    return addCards(host, project)
  }, [text, entity, services.project, project])

  useEffect(() => {
    for (const span of place.current?.querySelectorAll<HTMLElement>('[data-live]') ?? []) {
      const value = parseLive(span.dataset.live ?? '')
      const said = value ? liveText(value, { all, named: named ?? null, definitions }) : `{{${span.dataset.live}}}`
      span.classList.toggle('bad', value === null)
      if (value === null)
        span.title = 'No live value is written so. Try runs.count, runs.best.METRIC or run.NAME.summary.KEY.'
      if (said !== null && span.textContent !== said) span.textContent = said
    }
  }, [text, all, named, definitions])

  useEffect(() => {
    const known = new Map(people?.map(person => [person.username.toLowerCase(), person]))
    for (const span of place.current?.querySelectorAll<HTMLElement>('[data-name]') ?? []) {
      const person = known.get((span.dataset.name ?? '').toLowerCase())
      span.classList.toggle('person', person !== undefined)
      if (person?.display_name) span.title = person.display_name
    }
  }, [text, people])

  return <div ref={place} className="md" />
}

/** Formulas are set when their library has come; until then their source stands there. */
async function fillMath(host: HTMLElement): Promise<void> {
  const places = host.querySelectorAll<HTMLElement>('[data-tex]')
  if (places.length === 0) return
  const { setMath } = await import('../../ui/katex')
  for (const place of places)
    if (place.isConnected) setMath(place, place.dataset.tex ?? '', place.dataset.display === '1')
}

/** A card with what a run is, beside a link to it. */
function addCards(host: HTMLElement, project: ProjectApi): () => void {
  const links = [...host.querySelectorAll<HTMLAnchorElement>('a[data-run], a[href*="/runs/"]')]
  if (links.length === 0) return () => undefined
  const tip = new FactTip(host)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked: AbortController | null = null
  const hide = (): void => {
    clearTimeout(timer)
    asked?.abort()
    tip.hide()
  }
  const show = (link: HTMLAnchorElement): void => {
    hide()
    timer = setTimeout(() => {
      const name = link.dataset.run ?? decodeURIComponent(link.pathname.split('/').at(-1) ?? '')
      asked = new AbortController()
      void findRun(project, name, asked.signal).then(
        run => {
          if (!run) return
          if (link.dataset.run)
            link.href = new URL(`${pathOf(run.entity, run.project)}/runs/${pathOf(run.id)}`, document.baseURI).href
          const box = link.getBoundingClientRect()
          const parent = host.getBoundingClientRect()
          tip.show(cardOf(run), { x: box.left - parent.left, y: box.bottom - parent.top + 8, isAbove: false })
        },
        () => undefined,
      )
    }, CARD_AFTER_MS)
  }
  for (const link of links) {
    link.addEventListener('pointerenter', () => show(link))
    link.addEventListener('focus', () => show(link))
    link.addEventListener('pointerleave', hide)
    link.addEventListener('blur', hide)
  }
  return () => {
    hide()
    tip.destroy()
  }
}

/** By id, else the newest of that name. */
async function findRun(project: ProjectApi, name: string, signal: AbortSignal): Promise<Run | null> {
  const filter = `${pickCondition('id', [name])} or ${pickCondition('name', [name])}`
  const sort = [{ key: 'created_at', descending: true }]
  const page = await project.runs({ filter, search: '', sort, columns: ['*'], cursor: '', limit: 1 }, signal)
  return page.runs[0] ?? null
}

function cardOf(run: Run & { summary?: Record<string, unknown> }): Parameters<FactTip['show']>[0] {
  const numbers = Object.entries(run.summary ?? {}).filter(([, value]) => typeof asNumber(value) === 'number')
  return {
    head: run.name,
    headRight: run.state,
    rows: numbers.slice(0, CARD_VALUES).map(([name, value]) => ({ name, value: valueText(value) })),
    foot: `${formatAgo(run.created_at, Date.now() / 1000)} ago${numbers.length > CARD_VALUES ? `, ${numbers.length - CARD_VALUES} more values` : ''}`,
  }
}
