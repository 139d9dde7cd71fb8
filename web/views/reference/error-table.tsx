import type { VendorError } from '../../api/documents.js'
import { Status } from '../../parts/status.js'
import { EvidenceList } from './evidence-list.js'

interface ErrorTableProps {
  readonly caption: string
  readonly errors: readonly VendorError[]
}

/** The vendor's errors in the vendor's words. */
export function ErrorTable({ caption, errors }: ErrorTableProps) {
  return (
    <ul class="fields errors" aria-label={caption}>
      {errors.map((error, index) => (
        <li key={index}>
          <div class="statement">
            <div>
              <p class="field-head">
                <Status status={error.status} />
                {error.error_type !== undefined && <code>{error.error_type}</code>}
                <span>{error.message}</span>
              </p>
              {error.headers.length > 0 && <p class="facts">with {error.headers.join(', ')}</p>}
            </div>
            <EvidenceList of={error['x-evidence']} />
          </div>
        </li>
      ))}
    </ul>
  )
}
