/** The part of the client that is about who there is: users, groups, devices with their zones, contacts, keys. */
import type { Contact, ContactBody, ContactPage, Device, DeviceBody, KeyBody, NewKey, User, UserBody } from '../api/shapes/accounts.ts';
import type { ContactSecret, ContactTest } from '../api/shapes/contact-tests.ts';
import type { Group, GroupBody, GroupPage, MemberPage, MembersPut } from '../api/shapes/policies.ts';
import type { SavedZones, Zones, ZonesBody } from '../api/shapes/zones.ts';
import type { Calls, Page } from './calls.ts';

export interface ContactQuery extends Page {
  readonly userId?: string;
}

export interface AccountsClient {
  putUser(userId: string, user: UserBody): Promise<User>;
  user(userId: string): Promise<User>;
  deleteUser(userId: string): Promise<void>;

  putGroup(groupId: string, group: GroupBody): Promise<Group>;
  deleteGroup(groupId: string): Promise<void>;
  group(groupId: string): Promise<Group>;
  groups(page?: Page): Promise<GroupPage>;
  /** Replaces all members. */
  putMembers(groupId: string, userIds: readonly string[]): Promise<MembersPut>;
  members(groupId: string, page?: Page): Promise<MemberPage>;

  putDevice(deviceId: string, device: DeviceBody): Promise<Device>;
  /** Replaces all zones and masks. */
  putZones(deviceId: string, zones: ZonesBody['zones']): Promise<SavedZones>;
  zones(deviceId: string): Promise<Zones>;

  putContact(contactId: string, contact: ContactBody): Promise<Contact>;
  deleteContact(contactId: string): Promise<void>;
  contact(contactId: string): Promise<Contact>;
  contacts(query?: ContactQuery): Promise<ContactPage>;
  /** Sends a test message. What the provider refuses is an answer, not a `Refused`. */
  testContact(contactId: string): Promise<ContactTest>;
  /** What the webhooks of a contact are signed with. */
  contactSecret(contactId: string): Promise<ContactSecret>;
  createKey(holder: KeyBody): Promise<NewKey>;
  revokeKey(keyId: string): Promise<void>;
}

const of = encodeURIComponent;

export const accountsClient = ({ get, put, post, remove }: Calls): AccountsClient => ({
  putUser: (userId, user) => put(`/v1/users/${of(userId)}`, user),
  user: (userId) => get(`/v1/users/${of(userId)}`),
  deleteUser: (userId) => remove(`/v1/users/${of(userId)}`),

  putGroup: (groupId, group) => put(`/v1/groups/${of(groupId)}`, group),
  deleteGroup: (groupId) => remove(`/v1/groups/${of(groupId)}`),
  group: (groupId) => get(`/v1/groups/${of(groupId)}`),
  groups: (page) => get('/v1/groups', page),
  putMembers: (groupId, userIds) => put(`/v1/groups/${of(groupId)}/members`, { userIds }),
  members: (groupId, page) => get(`/v1/groups/${of(groupId)}/members`, page),

  putDevice: (deviceId, device) => put(`/v1/devices/${of(deviceId)}`, device),
  putZones: (deviceId, zones) => put(`/v1/devices/${of(deviceId)}/zones`, { zones }),
  zones: (deviceId) => get(`/v1/devices/${of(deviceId)}/zones`),

  putContact: (contactId, contact) => put(`/v1/contacts/${of(contactId)}`, contact),
  deleteContact: (contactId) => remove(`/v1/contacts/${of(contactId)}`),
  contact: (contactId) => get(`/v1/contacts/${of(contactId)}`),
  contacts: (query) => get('/v1/contacts', query),
  testContact: (contactId) => post(`/v1/contacts/${of(contactId)}/test`),
  contactSecret: (contactId) => get(`/v1/contacts/${of(contactId)}/secret`),
  createKey: (holder) => post('/v1/keys', holder),
  revokeKey: (keyId) => remove(`/v1/keys/${of(keyId)}`),
});
