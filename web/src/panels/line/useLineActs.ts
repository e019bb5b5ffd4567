/** What a line panel's menu and keys do beside drawing: files, code, link, the first NaN. */

import { type RefObject, useMemo } from 'react'
import { formatX } from '../../charts/ticks'
import { copyText } from '../../ui/clipboard'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'
import { axisKind, axisTitle, type DrawnRun, type PanelServices } from '../context'
import { lineCode } from './code'
import type { LineController } from './controller'
import { download, fileName, groupsCsv, toCsv, toPng, toSvg } from './export'
import { channelOf, type LinePanel } from './schema'

export interface LineActs {
  savePng: () => Promise<void>
  saveSvg: () => void
  saveCsv: () => Promise<void>
  copyCode: () => void
  copyLink: () => void
  toFirstNan: () => Promise<void>
}

export function useLineActs({
  controller,
  services,
  panel,
  runs,
  title,
}: {
  controller: RefObject<LineController | null>
  services: PanelServices
  panel: LinePanel
  runs: readonly DrawnRun[]
  title: string
}): LineActs {
  return useMemo(() => {
    const failed = (error: unknown, what: string): void => {
      const failure = failureOf(error, what)
      toast({ icon: 'error', text: `${failure.title}. ${failure.detail}` })
    }
    const figure = () => {
      const { prepared } = controller.current ?? {}
      if (!prepared) return null
      return { title, note: prepared.pills.map(pill => pill.text).join(' · '), pictures: prepared.pictures }
    }
    return {
      savePng: async () => {
        const drawn = figure()
        if (!drawn) return
        try {
          download(fileName(title, 'png'), await toPng(drawn))
        } catch (error) {
          failed(error, `The picture of ${title} could not be made`)
        }
      },
      saveSvg: () => {
        const drawn = figure()
        if (drawn) download(fileName(title, 'svg'), new Blob([toSvg(drawn)], { type: 'image/svg+xml' }))
      },
      saveCsv: async () => {
        const at = controller.current
        if (!at) return
        const scope = at.scope()
        try {
          const text = at.drawnGroups()
            ? groupsCsv(at.groupsDrawn(), scope.axis)
            : await toCsv(services.read, {
                keys: at.drawnKeys().keys.map(({ key }) => key),
                runs,
                scope,
                buckets: at.bucketCount,
              })
          download(fileName(title, 'csv'), new Blob([text], { type: 'text/csv;charset=utf-8' }))
        } catch (error) {
          failed(error, `${title} could not be exported`)
        }
      },
      copyCode: () => {
        const at = controller.current
        if (!at) return
        const { window, axis } = at.scope()
        const { entity, project } = services
        const steps = axis === 'step' ? window : null
        const code = lineCode({ entity, project, panel, runs, keys: at.drawnKeys(), steps })
        void copyText(code, 'the code')
      },
      copyLink: () => {
        const url = new URL(location.href)
        url.searchParams.set('panel', searchText(panel.id))
        void copyText(url.toString(), 'the link to this panel')
      },
      toFirstNan: async () => {
        const at = controller.current
        if (!at) return
        const keys = at.drawnKeys().keys.map(({ key }) => key)
        try {
          const found =
            at.axis === 'step' && channelOf(panel) === 'history' ? await firstStep(services, runs, keys) : at.firstOdd()
          if (!found) {
            toast({ icon: 'check', text: `Every value of ${title} drawn here is finite` })
            return
          }
          at.lookAt(found.x, found.run)
          const name = runs.find(run => run.id === found.run)?.name ?? found.run
          toast({
            icon: 'info',
            text: `${found.what} first in ${name}, ${axisTitle(at.axis).toLowerCase()} ${formatX(axisKind(at.axis), found.x)}`,
          })
        } catch (error) {
          failed(error, `The first NaN of ${title} could not be found`)
        }
      },
    }
  }, [controller, services, panel, runs, title])
}

async function firstStep(
  services: PanelServices,
  runs: readonly DrawnRun[],
  keys: readonly string[],
): Promise<{ x: number; run: string; what: string } | null> {
  const plain = keys.filter(key => !key.startsWith('='))
  if (plain.length === 0 || runs.length === 0) return null
  const { found } = await services.api.nonfinite(
    runs.map(run => run.id),
    plain,
  )
  const first = found.toSorted((a, b) => a.first_step - b.first_step)[0]
  return first ? { x: first.first_step, run: first.run, what: KINDS[first.first_kind] } : null
}

const KINDS = { nan: 'NaN', posinf: '+∞', neginf: '−∞' }

/** A text as search parameters hold it: what would read as a number or a list is quoted. */
export function searchText(text: string): string {
  try {
    JSON.parse(text)
    return JSON.stringify(text)
  } catch {
    return text
  }
}
