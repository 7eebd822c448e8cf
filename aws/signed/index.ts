/**
 * The one way in to the signed client. Where a command's calls go is asked of the SDK (`asSdk.ts`), which stays out of
 * the capture function.
 */
export { TooLargeAnswerError } from './httpErrors';
export { listedPage, type DeleteMarker, type ListedVersion } from './listing';
export { encodedPath } from './encoding';
export { isThrottled } from './retry';
export { ServiceError } from './serviceError';
export type { DynamoDbCaller } from './signedDynamoDb';
export {
  signedBytesStore,
  type ByteRange,
  type BytesStore,
  type BytesToPut,
  type StoredBytes,
} from './signedBytesStore';
export { signedImageStore, type ImageStore } from './signedImageStore';
export { signedLockStore, type LockedVersion, type LockStore } from './signedLockStore';
export { signedTagStore, type ObjectTag, type TagStore } from './signedTagStore';
export { signedS3FromEnvironment } from './signedS3';
