/** The names that the stacks give: the commands look for the same ones, so they are made in core. */
export { boundedName, namesOf, partitionOf, type Names } from '../core/deployedNames';
export { PARKED_BATCHES_PREFIX } from '../core/parkedBatch';
