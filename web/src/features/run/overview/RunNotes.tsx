/** Notes of the run. */

import { useQueryClient } from '@tanstack/react-query'
import { putAnswer } from '../../../data/answers'
import { PanelContext } from '../../../panels/context'
import { Notes } from '../../../panels/notes/Notes'
import { useRunPlace, wholeRunKey } from '../useRun'
import { useServices } from './OverviewCharts'

export function RunNotes() {
  const place = useRunPlace()
  const { session, run } = place
  const services = useServices(place, null)
  const client = useQueryClient()
  const key = wholeRunKey(session.entity, session.project, session.run)
  return (
    <PanelContext value={services}>
      <Notes
        key={session.api.path}
        className="o9"
        of={session.api}
        notes={run.notes}
        hint="What was tried, and why."
        onSave={async (notes, known) => {
          const after = await session.api.edit({ notes, known_notes: known })
          await putAnswer(client, key, () => after)
        }}
        onRead={async () =>
          (await client.fetchQuery({ queryKey: key, queryFn: () => session.api.get(), staleTime: 0 })).notes
        }
      />
    </PanelContext>
  )
}
