/** Questions about presets of custom charts: a name to save under, the versions there are, whether one is to go. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type Preset,
  type PresetName,
  type PresetVersion,
  presetQuery,
  presets as calls,
  presetVersionsQuery,
} from '../../data/presets'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { CodeBox } from '../../ui/CodeBox'
import { Field } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { FailureMessage, Loading } from '../../ui/states'
import { useNow } from '../../ui/useNow'
import type { PresetAsk } from './PresetTools'
import '../media/media.css'

interface Props {
  ask: PresetAsk
  /** What is to be saved. */
  spec: Record<string, unknown>
  /** The preset asked about; for a save, the name to begin with. */
  named: PresetName
  presets: readonly Preset[]
  mayWrite: boolean
  /** Draw the panel by this preset, `team/name` or a version of it. */
  onUse: (preset: string) => void
  /** Presets are not as they were. */
  onChanged: () => void
  onClose: () => void
}

export function PresetDialogs(props: Props) {
  if (props.ask === 'save') return <SaveDialog {...props} />
  if (props.ask === 'versions') return <VersionsDialog {...props} />
  return <DeleteDialog {...props} />
}

/** Runs one request at a time; what went wrong stays in sight until the next. */
function useDoing(): { isBusy: boolean; fault: string; run: (what: () => Promise<unknown>) => Promise<void> } {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const run = async (what: () => Promise<unknown>): Promise<void> => {
    setBusy(true)
    setFault('')
    try {
      await what()
    } catch (error) {
      setFault(failureOf(error, '').detail)
    }
    setBusy(false)
  }
  return { isBusy, fault, run }
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/

function SaveDialog({ spec, named, presets, onUse, onChanged, onClose }: Props) {
  const { entity } = named
  const [name, setName] = useState(named.name)
  const known = presets.find(preset => preset.name === name)
  const [typed, setTyped] = useState<string | null>(null)
  const label = typed ?? known?.label ?? ''
  const { isBusy, fault, run } = useDoing()
  const isFine = NAME.test(name)
  const save = async (): Promise<void> => {
    await calls.save(entity, name, { spec, label: label.trim(), revision: known?.revision ?? 0 })
    onChanged()
    onUse(`${entity}/${name}`)
    onClose()
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Save as a preset"
      description={`Everybody in ${entity} can draw with it, here and from scripts.`}
    >
      <form
        className="grid gap-3"
        onSubmit={event => {
          event.preventDefault()
          if (isFine && !isBusy) void run(save)
        }}
      >
        <Field
          label="Name"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the dialog is this question
          autoFocus
          value={name}
          maxLength={128}
          placeholder="pr-curve"
          {...(name !== '' && !isFine ? { error: 'Letters, digits, _ . and -, not starting with a dot' } : {})}
          help={
            known
              ? `It is there: this becomes its version ${known.revision + 1}`
              : `Scripts call it ${entity}/${name || 'NAME'}`
          }
          onChange={event => setName(event.target.value)}
        />
        <Field
          label="What choosers call it"
          value={label}
          maxLength={256}
          placeholder={name || 'Precision over recall'}
          onChange={event => setTyped(event.target.value)}
        />
        {fault !== '' && (
          <span className="help bad" role="alert">
            {fault}
          </span>
        )}
        <div className="acts">
          <Button kind="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" disabled={!isFine || isBusy}>
            Save preset
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function VersionsDialog({ named, mayWrite, onUse, onChanged, onClose }: Props) {
  const { entity, name } = named
  const nowS = useNow(30_000)
  const { data, error, isPending, refetch } = useQuery(presetVersionsQuery(entity, name))
  const [shown, setShown] = useState<number | null>(null)
  const { isBusy, fault, run } = useDoing()
  const newest = data?.versions[0]?.revision ?? 0
  const bringBack = async (revision: number): Promise<void> => {
    await calls.restore(entity, name, revision, newest)
    onChanged()
    onUse(`${entity}/${name}`)
    onClose()
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Versions of ${entity}/${name}`}
      description={
        data?.is_deleted
          ? 'It was deleted. Bringing a version back brings it back.'
          : 'Every time it was saved. Bringing a version back saves it anew for everybody.'
      }
      className="preset-dialog"
    >
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'The versions could not be read')} onRetry={() => void refetch()} />
      ) : (
        <Loading isLoading={isPending} skeleton={<p className="hint">Reading…</p>}>
          {() => (
            <ul className="preset-versions">
              {(data?.versions ?? []).map(version => (
                <OneVersion
                  key={version.revision}
                  version={version}
                  named={{ entity, name, revision: version.revision }}
                  isShown={shown === version.revision}
                  isNewest={version.revision === newest && data?.is_deleted === false}
                  mayWrite={mayWrite && !isBusy}
                  nowS={nowS}
                  onShow={() => setShown(shown === version.revision ? null : version.revision)}
                  onUse={() => {
                    onUse(`${entity}/${name}/v${version.revision}`)
                    onClose()
                  }}
                  onBringBack={() => void run(() => bringBack(version.revision))}
                />
              ))}
            </ul>
          )}
        </Loading>
      )}
      {fault !== '' && (
        <span className="help bad" role="alert">
          {fault}
        </span>
      )}
    </Dialog>
  )
}

function OneVersion({
  version,
  named,
  isShown,
  isNewest,
  mayWrite,
  nowS,
  onShow,
  onUse,
  onBringBack,
}: {
  version: PresetVersion
  named: PresetName
  isShown: boolean
  isNewest: boolean
  mayWrite: boolean
  nowS: number
  onShow: () => void
  onUse: () => void
  onBringBack: () => void
}) {
  const { data, error } = useQuery({ ...presetQuery(named), enabled: isShown })
  return (
    <>
      <li>
        <span className="b cut">
          Version {version.revision}
          {version.label !== '' && `, ${version.label}`}
        </span>
        <span className="t3 cut">
          {version.user}, <Ago atS={version.time} nowS={nowS} />
        </span>
        <span className="row">
          <Button small aria-expanded={isShown} onClick={onShow}>
            {isShown ? 'Hide' : 'Look'}
          </Button>
          <Button small onClick={onUse}>
            Draw with it
          </Button>
          {!isNewest && (
            <Button small disabled={!mayWrite} onClick={onBringBack}>
              Bring back
            </Button>
          )}
        </span>
      </li>
      {isShown && (
        <li className="preset-spec">
          {error && !data ? (
            <span className="help bad">{failureOf(error, '').detail}</span>
          ) : (
            <CodeBox label={`Specification of version ${version.revision}`}>
              {data ? JSON.stringify(data.spec, null, 2) : 'Reading…'}
            </CodeBox>
          )}
        </li>
      )}
    </>
  )
}

function DeleteDialog({ named, onChanged, onClose }: Props) {
  const { entity, name } = named
  const { isBusy, fault, run } = useDoing()
  const remove = async (): Promise<void> => {
    await calls.remove(entity, name)
    onChanged()
    onClose()
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Delete ${entity}/${name}?`}
      description="Panels and logged charts that name it say so from now on, for everybody. Its versions can be brought back from the settings of such a panel until the trash is emptied."
    >
      {fault !== '' && (
        <span className="help bad" role="alert">
          {fault}
        </span>
      )}
      <div className="acts">
        <Button kind="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button kind="danger" disabled={isBusy} onClick={() => void run(remove)}>
          Delete preset
        </Button>
      </div>
    </Dialog>
  )
}
