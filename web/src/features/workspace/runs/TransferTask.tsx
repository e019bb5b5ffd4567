/** Moves or copies the selected runs to another project. */

import { useNavigate } from '@tanstack/react-router'
import { isLive } from '../../../data/project'
import type { TransferKind } from '../../../data/runs'
import { transferRuns } from '../../../app/transfer/transfer'
import { TransferForm } from '../../../app/transfer/TransferForm'
import type { Session } from '../session'
import { namesOf } from './edits'

export function TransferTask({
  session,
  ids,
  kind,
  onDone,
}: {
  session: Session
  ids: readonly string[]
  kind: TransferKind
  onDone: () => void
}) {
  const navigate = useNavigate()
  const go = (to: string): void => {
    void transferRuns(session.runs, {
      kind,
      runs: ids.map(id => ({ id, name: session.list.find(id)?.name ?? id })),
      to,
      onChange: async () => {
        if (kind === 'move') session.list.clearSelected()
        await session.list.refresh()
      },
      onOpen: (entity, project) => void navigate({ to: '/$entity/$project', params: { entity, project } }),
    })
  }
  return (
    <TransferForm
      kind={kind}
      what={ids.length === 1 ? namesOf(session, ids) : `${ids.length} runs`}
      entity={session.entity}
      project={session.project}
      liveCount={ids.filter(id => isLive(session.list.find(id))).length}
      onGo={go}
      onDone={onDone}
    />
  )
}
