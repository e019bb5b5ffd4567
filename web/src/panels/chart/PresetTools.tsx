/** What can be done with a chart's preset from the settings: look at versions, edit, delete; save a specification as one. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { presetName, presetsQuery } from '../../data/presets'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { useNow } from '../../ui/useNow'
import { usePanelServices } from '../context'
import type { ChartPanel } from '../schema'
import type { ChosenChart } from './schema'
import { useTemplate } from './template'

const Dialogs = lazy(async () => ({ default: (await import('./PresetDialogs')).PresetDialogs }))

export type PresetAsk = 'save' | 'versions' | 'delete'

export function PresetTools({ panel, onChange }: { panel: ChartPanel; onChange: (chosen: ChosenChart) => void }) {
  const { entity } = usePanelServices()
  const client = useQueryClient()
  const { data } = useQuery(presetsQuery(entity))
  const { spec, fault } = useTemplate(panel)
  const [ask, setAsk] = useState<PresetAsk | null>(null)
  /** What the specification was begun from: saving it offers that name again. */
  const [origin, setOrigin] = useState('')
  const nowS = useNow(60_000)
  const named = presetName(panel.preset ?? '')
  const isOwn = panel.spec !== undefined
  if (!isOwn && !named) return null
  const mayWrite = data?.may_write === true && (named === null || named.entity === entity)
  const known = named?.entity === entity ? data?.presets.find(({ name }) => name === named.name) : undefined
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: ['presets', entity] })
    void client.invalidateQueries({ queryKey: ['preset', entity] })
  }
  return (
    <>
      {known && (
        <p className="hint">
          {named?.revision ? `Version ${named.revision} of ${known.revision}` : `Version ${known.revision}`}, last saved
          by {known.updated_by} <Ago atS={known.updated_at} nowS={nowS} />. Everybody in {entity} draws with it.
        </p>
      )}
      {fault !== '' && (
        <p className="help bad" role="alert">
          {fault}.
        </p>
      )}
      <div className="row wrap">
        {isOwn && (
          <Button small icon="upload" disabled={!mayWrite} onClick={() => setAsk('save')}>
            Save as a preset…
          </Button>
        )}
        {named && (
          <>
            <Button small icon="history" onClick={() => setAsk('versions')}>
              Versions…
            </Button>
            <Button
              small
              icon="edit"
              disabled={spec === null}
              onClick={() => {
                setOrigin(named.entity === entity ? named.name : '')
                onChange({ preset: undefined, spec: spec ?? {} })
              }}
            >
              Edit
            </Button>
            {known && (
              <Button small icon="trash" disabled={!mayWrite} onClick={() => setAsk('delete')}>
                Delete…
              </Button>
            )}
          </>
        )}
        {data?.may_write === false && <span className="hint">Members of {entity} save presets.</span>}
      </div>
      {ask && (
        <Suspense fallback={null}>
          <Dialogs
            ask={ask}
            spec={panel.spec ?? {}}
            named={named ?? { entity, name: origin, revision: null }}
            presets={data?.presets ?? []}
            mayWrite={mayWrite}
            onUse={preset => onChange({ preset, spec: undefined })}
            onChanged={changed}
            onClose={() => setAsk(null)}
          />
        </Suspense>
      )}
    </>
  )
}
