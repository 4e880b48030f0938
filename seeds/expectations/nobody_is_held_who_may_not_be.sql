select audiences.destination, audiences.profile_id, audiences.refusal
from activation.delivery_members as members
join activation.audiences as audiences
    on members.destination = audiences.destination and members.profile_id = audiences.profile_id
where audiences.refusal is not null
    and members.destination not in (select destination from activation.outbox)
